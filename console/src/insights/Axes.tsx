import { percent } from "../text/time";
import type { Box, Scale } from "./geometry";

export const box: Box = { width: 460, height: 270, left: 58, right: 22, top: 10, bottom: 40 };

interface Props { x: Scale; y: Scale; xTicks: number[]; yTicks: number[]; xLabel: string; yLabel: string; xName?: (value: number) => string; yName?: (value: number) => string }

/** Grid, ticks and the two names of a chart. */
export function Axes({ x, y, xTicks, yTicks, xLabel, yLabel, xName = percent, yName = percent }: Props) {
  const [left, right, floor] = [box.left, box.width - box.right, box.height - box.bottom];
  return (
    <g className="axes">
      {yTicks.map((value) => <g key={value}><line x1={left} x2={right} y1={y(value)} y2={y(value)} /><text x={left - 6} y={y(value) + 3.5} textAnchor="end">{yName(value)}</text></g>)}
      {xTicks.map((value) => <g key={value}><line x1={x(value)} x2={x(value)} y1={floor} y2={floor + 4} /><text x={x(value)} y={floor + 16} textAnchor="middle">{xName(value)}</text></g>)}
      <text className="axis-name" x={(left + right) / 2} y={box.height - 5} textAnchor="middle">{xLabel}</text>
      <text className="axis-name" x={11} y={(box.top + floor) / 2} textAnchor="middle" transform={`rotate(-90 11 ${(box.top + floor) / 2})`}>{yLabel}</text>
    </g>
  );
}

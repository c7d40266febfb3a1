import type { Calibration } from "../api/types";
import { t } from "../strings";
import { percent } from "../text/time";
import { Axes, box } from "./Axes";
import { Figure } from "./Figure";
import { across, lowEnd, path, shareTicks, upwards } from "./geometry";

/** What a bolder or a shyer threshold would have decided, and how often rightly. */
export function Coverage({ points, promised }: { points: Calibration["coverage"]; promised: Calibration["promised"] }) {
  const known = points.filter((point) => point.precision !== null && point.n > 0).sort((a, b) => a.coverage - b.coverage);
  const low = lowEnd([...known.map((point) => point.precision ?? 1), promised.precision]);
  const [x, y] = [across(box, [0, 1]), upwards(box, [low, 1])];
  const best = known.filter((point) => (point.precision ?? 0) >= promised.precision).at(-1);
  const sentence = best ? t("decided.sentence", { promised: percent(promised.precision), coverage: percent(best.coverage) }) : t("decided.never", { promised: percent(promised.precision) });
  const rows = points.map((point) => [point.threshold, point.coverage, point.precision, point.n]);
  return (
    <Figure name="coverage" title={t("decided.title")} sentence={sentence} rows={rows} columns={[t("column.threshold"), t("column.coverage"), t("column.precision"), t("column.n")]}
      legend={<><svg className="chart mark" width="18" height="12" viewBox="0 0 18 12" aria-hidden><line className="promise" x1="0" x2="18" y1="6" y2="6" /></svg> {t("decided.promised", { promised: percent(promised.precision) })}</>}>
      <svg className="chart" viewBox={`0 0 ${box.width} ${box.height}`} role="img" aria-label={sentence}>
        <Axes x={x} y={y} xTicks={shareTicks(0)} yTicks={shareTicks(low)} xLabel={t("decided.x")} yLabel={t("decided.y")} />
        <line className="promise" x1={x(0)} x2={x(1)} y1={y(promised.precision)} y2={y(promised.precision)} />
        <path className="line-mark" d={path(known.map((point) => ({ x: x(point.coverage), y: y(point.precision ?? 0) })))} />
        {known.map((point) => (
          <g key={point.threshold} className="bin"><title>{t("decided.mark", { threshold: percent(point.threshold), coverage: percent(point.coverage), precision: percent(point.precision ?? 0), n: point.n })}</title><circle cx={x(point.coverage)} cy={y(point.precision ?? 0)} r={3.2} /></g>
        ))}
      </svg>
    </Figure>
  );
}

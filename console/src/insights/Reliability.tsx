import type { Calibration } from "../api/types";
import { t } from "../strings";
import { percent } from "../text/time";
import { Axes, box } from "./Axes";
import { Figure } from "./Figure";
import { across, binMarks, round, shareTicks, upwards } from "./geometry";

/** How often it was right, against how sure it said it was. */
export function Reliability({ bins, ece, n }: { bins: Calibration["bins"]; ece: number | null; n: number }) {
  const [x, y] = [across(box, [0, 1]), upwards(box, [0, 1])];
  const marks = binMarks(bins, x, y);
  const outside = marks.filter((mark) => mark.isOutside).length;
  const sentence = t("reliability.sentence", { n, ece: ece === null ? "–" : ece.toFixed(3), outside, bins: marks.length });
  const rows = bins.filter((bin) => bin.n > 0).map((bin) => [round3(bin.from), round3(bin.to), bin.n, bin.mean === null ? null : round3(bin.mean), bin.right, round3(bin.right / bin.n)]);
  return (
    <Figure name="reliability" title={t("reliability.title")} sentence={sentence} rows={rows}
      columns={[t("column.from"), t("column.to"), t("column.n"), t("column.mean"), t("column.right"), t("column.share")]}
      legend={<><Mark kind="inside" /> {t("reliability.inside")} <Mark kind="outside" /> {t("reliability.outside")} <Mark kind="band" /> {t("reliability.band")}</>}>
      <svg className="chart" viewBox={`0 0 ${box.width} ${box.height}`} role="img" aria-label={sentence}>
        <Axes x={x} y={y} xTicks={shareTicks(0)} yTicks={shareTicks(0)} xLabel={t("reliability.x")} yLabel={t("reliability.y")} />
        <line className="diagonal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        {marks.map((mark) => <rect key={`band ${mark.x}`} className="band" x={mark.x - 5} width={10} y={mark.high} height={Math.max(2, mark.low - mark.high)} rx={2} />)}
        {marks.map((mark) => (
          <g key={mark.x} className="bin" data-outside={mark.isOutside || undefined}>
            <title>{t("reliability.mark", { mean: percent(mark.mean), share: percent(mark.share), n: mark.n })}</title>
            {mark.isOutside ? <path d={diamond(mark.x, mark.y, mark.r + 1.5)} /> : <circle cx={mark.x} cy={mark.y} r={mark.r} />}
          </g>
        ))}
      </svg>
    </Figure>
  );
}

const round3 = (value: number): number => Math.round(value * 1000) / 1000;
const diamond = (x: number, y: number, r: number): string => `M${round(x)} ${round(y - r)}L${round(x + r)} ${round(y)}L${round(x)} ${round(y + r)}L${round(x - r)} ${round(y)}Z`;

/** A mark of the legend, drawn like those in the chart. */
function Mark({ kind }: { kind: "inside" | "outside" | "band" }) {
  return (
    <svg className="chart mark" width="12" height="12" viewBox="0 0 12 12" aria-hidden>
      {kind === "inside" && <g className="bin"><circle cx="6" cy="6" r="4.5" /></g>}
      {kind === "outside" && <g className="bin" data-outside><path d={diamond(6, 6, 5)} /></g>}
      {kind === "band" && <rect className="band" x="2" y="0" width="8" height="12" rx="2" />}
    </svg>
  );
}

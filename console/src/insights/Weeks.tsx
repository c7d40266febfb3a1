import type { Calibration } from "../api/types";
import { language, t } from "../strings";
import { day, percent } from "../text/time";
import { Axes, box } from "./Axes";
import { Figure } from "./Figure";
import { across, path, shareTicks, upwards } from "./geometry";

/** Each week's checked answers and how many were right. */
export function Weeks({ weeks, promised }: { weeks: Calibration["weeks"]; promised: number }) {
  const [x, y] = [across(box, [-0.5, Math.max(weeks.length, 4) - 0.5]), upwards(box, [0, 1])];
  const most = Math.max(...weeks.map((week) => week.n), 1);
  const last = weeks.at(-1);
  const sentence = last && last.n > 0 ? t("weeks.sentence", { right: last.right, n: last.n, start: day(last.start) }) : t("weeks.none");
  const floor = y(0);
  const step = Math.ceil(weeks.length / 6);
  const short = (at: number) => new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(weeks[at]?.start ?? 0));
  const rows = weeks.map((week) => [week.start.slice(0, 10), week.n, week.right, week.ece]);
  return (
    <Figure name="weeks" title={t("weeks.title")} sentence={sentence} rows={rows} columns={[t("column.week"), t("column.n"), t("column.right"), t("column.ece")]}
      legend={<><svg className="chart mark" width="12" height="12" viewBox="0 0 12 12" aria-hidden><rect className="amount" x="2" y="1" width="8" height="11" /></svg> {t("weeks.amount", { most })} <svg className="chart mark" width="12" height="12" viewBox="0 0 12 12" aria-hidden><g className="bin"><circle cx="6" cy="6" r="4" /></g></svg> {t("weeks.share")}</>}>
      <svg className="chart" viewBox={`0 0 ${box.width} ${box.height}`} role="img" aria-label={sentence}>
        <Axes x={x} y={y} xTicks={weeks.map((_, i) => i).filter((i) => i % step === 0)} xName={short} yTicks={shareTicks(0)} xLabel={t("weeks.x")} yLabel={t("weeks.y")} />
        {weeks.map((week, i) => {
          const height = (floor - y(1)) * 0.45 * (week.n / most);
          return <rect key={week.start} className="amount" x={x(i) - 9} width={18} y={floor - height} height={height}><title>{`${day(week.start)}: ${week.n}`}</title></rect>;
        })}
        <line className="promise" x1={box.left} x2={box.width - box.right} y1={y(promised)} y2={y(promised)} />
        <path className="line-mark" d={path(weeks.map((week, i) => (week.n > 0 ? { x: x(i), y: y(week.right / week.n) } : null)))} />
        {weeks.map((week, i) => week.n > 0 && <g key={week.start} className="bin"><title>{t("weeks.mark", { share: percent(week.right / week.n), n: week.n })}</title><circle cx={x(i)} cy={y(week.right / week.n)} r={4} /></g>)}
      </svg>
    </Figure>
  );
}

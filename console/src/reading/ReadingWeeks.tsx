import type { OwnReadings } from "../api/types";
import { Axes, box } from "../insights/Axes";
import { Figure } from "../insights/Figure";
import { across, path, shareTicks, upwards } from "../insights/geometry";
import { language, t } from "../strings";
import { day, percent } from "../text/time";

/** By week: letters as bars, and the share of them that left word for word. */
export function ReadingWeeks({ weeks }: { weeks: OwnReadings["weeks"] }) {
  const [x, y] = [across(box, [-0.5, Math.max(weeks.length, 4) - 0.5]), upwards(box, [0, 1])];
  const most = Math.max(...weeks.map((week) => week.habits.letters), 1);
  const last = weeks.at(-1);
  const sentence = last ? t("reading.sentence", { start: day(last.start), n: last.habits.letters, seconds: Math.round(last.habits.seconds), unchanged: percent(last.habits.unchanged) }) : "";
  const step = Math.max(1, Math.ceil(weeks.length / 6));
  const short = (at: number) => new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(weeks[at]?.start ?? 0));
  const rows = weeks.map(({ start, habits }) => [start.slice(0, 10), habits.letters, Math.round(habits.seconds), habits.unchanged, habits.opened, habits.hasty]);
  const floor = y(0);
  return (
    <Figure name="reading" title={t("reading.weeks")} sentence={sentence} rows={rows} columns={[t("column.week"), t("reading.letters"), t("reading.seconds"), t("reading.unchanged"), t("reading.opened"), t("reading.hasty")]}
      legend={<><svg className="chart mark" width="12" height="12" viewBox="0 0 12 12" aria-hidden><rect className="amount" x="2" y="1" width="8" height="11" /></svg> {t("reading.amount", { most })} <svg className="chart mark" width="12" height="12" viewBox="0 0 12 12" aria-hidden><g className="bin"><circle cx="6" cy="6" r="4" /></g></svg> {t("reading.unchanged")}</>}>
      <svg className="chart" viewBox={`0 0 ${box.width} ${box.height}`} role="img" aria-label={sentence}>
        <Axes x={x} y={y} xTicks={weeks.map((_, i) => i).filter((i) => i % step === 0)} xName={short} yTicks={shareTicks(0)} xLabel={t("weeks.x")} yLabel={t("reading.unchanged")} />
        {weeks.map((week, i) => {
          const height = (floor - y(1)) * 0.45 * (week.habits.letters / most);
          return <rect key={week.start} className="amount" x={x(i) - 9} width={18} y={floor - height} height={height}><title>{`${day(week.start)}: ${week.habits.letters}`}</title></rect>;
        })}
        <path className="line-mark" d={path(weeks.map((week, i) => ({ x: x(i), y: y(week.habits.unchanged) })))} />
        {weeks.map((week, i) => <g key={week.start} className="bin"><title>{`${percent(week.habits.unchanged)}, ${week.habits.letters}`}</title><circle cx={x(i)} cy={y(week.habits.unchanged)} r={4} /></g>)}
      </svg>
    </Figure>
  );
}

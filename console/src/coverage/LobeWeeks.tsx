import type { Coverage } from "../api/types";
import { Axes, box } from "../insights/Axes";
import { Figure } from "../insights/Figure";
import { across, path, upwards } from "../insights/geometry";
import { language, t } from "../strings";
import { day } from "../text/time";

/** Both lobes by week: they should shrink. */
export function LobeWeeks({ weeks }: { weeks: Coverage["trend"] }) {
  const most = Math.max(4, ...weeks.map((week) => Math.max(week.uncovered, week.covered, week.idle)));
  const [x, y] = [across(box, [-0.5, Math.max(weeks.length, 4) - 0.5]), upwards(box, [0, most])];
  const last = weeks.at(-1);
  const first = weeks.find((week) => week.failures > 0);
  const sentence = last && first ? t("lobes.sentence", { before: first.uncovered, uncovered: last.uncovered, idle: last.idle, start: day(first.start) }) : t("lobes.none");
  const step = Math.ceil(weeks.length / 6);
  const short = (at: number) => new Intl.DateTimeFormat(language(), { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(weeks[at]?.start ?? 0));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(most * share));
  const line = (name: "uncovered" | "covered" | "idle") => path(weeks.map((week, i) => ({ x: x(i), y: y(week[name]) })));
  const rows = weeks.map((week) => [week.start.slice(0, 10), week.uncovered, week.covered, week.idle, week.failures, week.failures_covered]);
  return (
    <Figure name="coverage" title={t("lobes.title")} sentence={sentence} rows={rows} columns={[t("column.week"), t("lobes.uncovered"), t("lobes.covered"), t("lobes.idle"), t("lobes.failures"), t("lobes.failuresCovered")]}
      legend={<span className="venn-legend"><span><i className="lobe-line gap" aria-hidden /> {t("lobes.uncovered")}</span><span><i className="lobe-line both" aria-hidden /> {t("lobes.covered")}</span><span><i className="lobe-line idle" aria-hidden /> {t("lobes.idle")}</span></span>}>
      <svg className="chart" viewBox={`0 0 ${box.width} ${box.height}`} role="img" aria-label={sentence}>
        <Axes x={x} y={y} xTicks={weeks.map((_, i) => i).filter((i) => i % step === 0)} xName={short} yTicks={[...new Set(ticks)]} xLabel={t("weeks.x")} yName={String} yLabel={t("lobes.y")} />
        <path className="lobe gap" d={line("uncovered")} />
        <path className="lobe both" d={line("covered")} />
        <path className="lobe idle" d={line("idle")} />
      </svg>
    </Figure>
  );
}

import { t } from "../strings";

const [width, height, gap] = [208, 34, 1];

/** Requests week by week as small bars, the newest at the right; the sentence says what they show. */
export function Trend({ weeks, name }: { weeks: number[]; name: string }) {
  const most = Math.max(...weeks, 1);
  const step = width / Math.max(weeks.length, 1);
  const sum = (part: number[]) => part.reduce((a, b) => a + b, 0);
  const sentence = t("trend.sentence", { name, recent: sum(weeks.slice(-13)), before: sum(weeks.slice(-26, -13)) });
  return (
    <figure className="trend">
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={sentence}>
        <line className="floor" x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} />
        {weeks.map((n, i) => n > 0 && <rect key={i} className="count" x={i * step} width={Math.max(step - gap, 1)} y={height - 1 - (height - 3) * (n / most)} height={(height - 3) * (n / most)}><title>{t("trend.week", { n, ago: weeks.length - 1 - i })}</title></rect>)}
      </svg>
      <figcaption className="quiet">{t("trend.caption", { recent: sum(weeks.slice(-13)), before: sum(weeks.slice(-26, -13)) })}</figcaption>
    </figure>
  );
}

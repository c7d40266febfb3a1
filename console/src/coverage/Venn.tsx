import type { CoverageLobes } from "../api/types";
import { t } from "../strings";

const [width, height] = [420, 210];

/** What failed and what is tested, as two circles: the lobes are gaps and idle cases, the lens is covered. */
export function Venn({ lobes }: { lobes: CoverageLobes }) {
  const { uncovered, covered, idle } = lobes;
  const sentence = t("venn.sentence", { uncovered, covered, idle });
  // Circles as large as what is in them, nearer the more they share.
  const [left, right] = [uncovered + covered, idle + covered];
  const most = Math.max(left, right, 1);
  const radius = (n: number) => 46 + 48 * Math.sqrt(n / most);
  const [a, b] = [radius(left), radius(right)];
  const shared = covered / Math.max(Math.min(left, right), 1);
  const apart = a + b - shared * 1.1 * Math.min(a, b) - 14 * Number(covered > 0);
  const from = (width - (a + apart + b)) / 2;
  const [x, y] = [[from + a, from + a + apart], height / 2];
  const [one, two] = [x[0] ?? 0, x[1] ?? 0];
  const middle = (two - b + one + a) / 2;
  return (
    <figure className="venn">
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={sentence}>
        <circle className="venn-failures" cx={one} cy={y} r={a} />
        <circle className="venn-cases" cx={two} cy={y} r={b} />
        <text className="venn-count" x={(one - a + Math.min(two - b, one + a)) / 2} y={y + 6}>{uncovered}</text>
        {covered > 0 && <text className="venn-count" x={middle} y={y + 6}>{covered}</text>}
        <text className="venn-count" x={(Math.max(one + a, two - b) + two + b) / 2} y={y + 6}>{idle}</text>
      </svg>
      <figcaption className="venn-legend">
        <span><i className="venn-failures" aria-hidden /> {t("venn.uncovered", { n: uncovered })}</span>
        <span><i className="venn-both" aria-hidden /> {t("venn.covered", { n: covered })}</span>
        <span><i className="venn-cases" aria-hidden /> {t("venn.idle", { n: idle })}</span>
      </figcaption>
    </figure>
  );
}

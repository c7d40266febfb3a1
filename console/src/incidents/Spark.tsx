const [width, height] = [208, 38];

interface Props { values: (number | null)[]; low: number; high: number; from: number; bucketSeconds: number; deploys: { at: string; label: string }[]; label: string }

/** A series over its usual band, with a mark where something was deployed. The label says what it shows. */
export function Spark({ values, low, high, from, bucketSeconds, deploys, label }: Props) {
  const most = Math.max(high, ...values.map((one) => one ?? 0), 1);
  const x = (n: number) => (n / Math.max(values.length - 1, 1)) * width;
  const y = (value: number) => height - 2 - (height - 4) * (value / most);
  const points = values.flatMap((one, n) => (one === null ? [] : [`${x(n).toFixed(1)},${y(one).toFixed(1)}`]));
  const whole = values.length * bucketSeconds * 1000;
  const marks = deploys.map((deploy) => ({ ...deploy, part: (Date.parse(deploy.at) - from) / whole })).filter(({ part }) => part >= 0 && part <= 1);
  return (
    <svg className="chart spark" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <rect className="spark-band" x={0} width={width} y={y(high)} height={Math.max(y(low) - y(high), 1)} />
      {marks.map((mark) => <line key={mark.at + mark.label} className="spark-deploy" x1={mark.part * width} x2={mark.part * width} y1={0} y2={height}><title>{mark.label}</title></line>)}
      <polyline className="spark-line" points={points.join(" ")} />
    </svg>
  );
}

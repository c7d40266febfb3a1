import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { aberrationsQuery } from "../api/incidents";
import type { Aberration, Aberrations } from "../api/types";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { language, t, word } from "../strings";
import { Spark } from "./Spark";

/** What is out of the ordinary in ticket flow, logs and metrics; the odd first. */
export function FlagsPage() {
  const { data, error, refetch } = useQuery(aberrationsQuery);
  const odd = data?.items.filter((one) => one.course !== "usual") ?? [];
  const usual = data?.items.filter((one) => one.course === "usual") ?? [];
  return (
    <div className="page">
      <header className="page-head"><h1>{t("flags.title")}</h1><Link className="link" to="/incidents">{t("incidents.title")}</Link></header>
      <p className="quiet">{t("flags.lead")}{data?.telemetry === "not_observed" && ` ${t("flags.noTelemetry")}`}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={5} height={60} /> : data.items.length === 0 ? <Empty title={t("flags.none")} detail={t("flags.noneDetail")} /> : (
        <>
          {odd.length > 0 ? <List rows={odd} all={data} /> : <p>{t("flags.allUsual")}</p>}
          {usual.length > 0 && <details className="flags-usual" open={odd.length === 0}><summary>{t(usual.length === 1 ? "flags.usual1" : "flags.usual", { n: usual.length })}</summary><List rows={usual} all={data} /></details>}
        </>
      )}
    </div>
  );
}

const List = ({ rows, all }: { rows: Aberration[]; all: Aberrations }) => (
  <ol className="pattern-list" data-testid="flags">{rows.map((one) => <li key={`${one.kind} ${one.subject} ${one.name}`}><Row row={one} all={all} /></li>)}</ol>
);

function Row({ row, all }: { row: Aberration; all: Aberrations }) {
  const isFlow = row.kind === "queue" || row.kind === "category";
  const deploys = all.deploys.filter((one) => isFlow || one.service === row.subject).map((one) => ({ at: one.at, label: `${one.service} ${one.version}` }));
  const figures = { last: figure(row.values.findLast((one) => one !== null) ?? 0), high: figure(row.high) };
  return (
    <article className="pattern flag-row" data-course={row.course}>
      <header>
        <h2>{row.name}</h2>
        <p className="quiet"><b className="course" data-course={row.course}>{word("course", row.course)}</b> · {word("aberration", row.kind)}{!isFlow && ` · ${row.subject}`}{row.odd_from && <> · {t("incident.began")} <Ago at={row.odd_from} /></>}</p>
        <p className="quiet flag-now">{t(row.kind === "metric" ? "flags.now" : "flags.nowEach", { ...figures, every: span(row.bucket_seconds) })}</p>
      </header>
      <Spark values={row.values} low={row.low} high={row.high} from={Date.parse(row.from)} bucketSeconds={row.bucket_seconds} deploys={deploys}
        label={t("flags.spark", { name: row.name, ...figures })} />
    </article>
  );
}

/** Counts are whole, measures rarely are: three digits say enough. */
const figure = (value: number): string => new Intl.NumberFormat(language(), { maximumSignificantDigits: 3 }).format(value);

/** A bucket's length in words. */
const span = (seconds: number): string => (seconds % 3600 === 0 ? t("flags.hours", { n: seconds / 3600 }) : t("flags.minutes", { n: Math.round(seconds / 60) }));

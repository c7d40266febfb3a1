import { Button, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconDownload, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { rowsAddress, scorecardQuery, type ScoreFilter } from "../api/scorecard";
import type { Scorecard } from "../api/types";
import { Empty, Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { day } from "../text/time";
import { FigureCard } from "./FigureCard";
import { Groups } from "./Groups";
import { QueuesNow } from "./QueuesNow";

const slices = ["queue", "category", "week", "product", "persona", "language", "model", "failure"];

/** What became of tickets: ten figures, each beside its trap, and the same told apart. */
export function ScorecardPage() {
  const [filter, setFilter] = useState<ScoreFilter>({ days: 182, by: "queue", only: {} });
  const [names, setNames] = useState<Record<string, string>>({});
  const { data, error, refetch } = useQuery(scorecardQuery(filter));
  const only = (key: string, name: string) => { setNames({ ...names, [filter.by]: name }); setFilter({ ...filter, only: { ...filter.only, [filter.by]: key } }); };
  const every = (slice: string) => setFilter({ ...filter, only: Object.fromEntries(Object.entries(filter.only).filter(([one]) => one !== slice)) });
  return (
    <div className="page wide scorecard">
      <header className="page-head">
        <h1>{t("scorecard.title")}</h1>
        <Link className="link" to="/readiness">{t("readiness.link")}</Link>
        <SegmentedControl size="xs" aria-label={t("scorecard.days")} value={String(filter.days)} onChange={(days) => setFilter({ ...filter, days: Number(days) })} data={["28", "91", "182", "364"].map((value) => ({ value, label: t("insights.nDays", { n: value }) }))} />
      </header>
      <p className="quiet">{t("scorecard.lead")}</p>
      <div className="bar">
        {Object.keys(filter.only).map((slice) => <Button key={slice} size="compact-sm" variant="default" rightSection={<IconX size={13} aria-hidden />} onClick={() => every(slice)}>{t("scorecard.only", { name: names[slice] ?? "" })}<span className="unseen">, {t("scorecard.all")}</span></Button>)}
        {data && <span className="quiet">{t("scorecard.counted", { n: data.tickets, from: day(data.from), until: day(data.until) })}{data.generated > 0 && ` ${t("scorecard.generated", { n: data.generated })}`}</span>}
      </div>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={4} height={120} /> : data.tickets === 0 ? <Empty title={t("scorecard.none")} detail={t("scorecard.noneDetail")} /> : (
        <>
          <Cards card={data} filter={filter} />
          <header className="page-head">
            <h2>{t("scorecard.groups", { slice: word("slice", filter.by) })}</h2>
            <Select size="xs" aria-label={t("scorecard.by")} value={filter.by} allowDeselect={false} onChange={(by) => by && setFilter({ ...filter, by })} data={slices.map((value) => ({ value, label: word("slice", value) }))} />
          </header>
          <Groups card={data} by={filter.by} onOnly={filter.by in filter.only ? null : only} />
          <p className="quiet">{t("scorecard.noReading")}</p>
          <div className="bar">
            {(["csv", "json"] as const).map((format) => <Button key={format} component="a" href={rowsAddress(filter, format)} size="compact-sm" variant="default" leftSection={<IconDownload size={14} aria-hidden />}>{t(format === "csv" ? "scorecard.rowsCsv" : "scorecard.rowsJson")}</Button>)}
          </div>
        </>
      )}
      <h2>{t("queues.title")}</h2>
      <QueuesNow />
    </div>
  );
}

function Cards({ card, filter }: { card: Scorecard; filter: ScoreFilter }) {
  const told = new Set(card.figures.map((one) => one.figure));
  const shown = card.definitions.filter((one) => one.card && told.has(one.figure));
  return <div className="score-cards" data-testid="score-cards">{shown.map((definition) => <FigureCard key={definition.figure} definition={definition} card={card} filter={filter} />)}</div>;
}

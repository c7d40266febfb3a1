import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { coverageQuery } from "../api/coverage";
import { evalCasesQuery, takeEvalCase } from "../api/evals";
import { queryClient, useSession } from "../api/queries";
import type { Coverage, FailureExample, UncoveredCluster } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { day, percent } from "../text/time";
import { LobeWeeks } from "./LobeWeeks";
import { Venn } from "./Venn";

/** How far eval cases cover what went wrong: two lobes that should shrink, and what is in them. */
export function CoveragePage() {
  const { data, error, refetch } = useQuery(coverageQuery);
  return (
    <div className="page wide coverage" data-testid="coverage">
      <header className="page-head"><h1>{t("coverage.title")}</h1><Link className="link" to="/eval-cases">{t("evals.title")}</Link></header>
      <p className="quiet">{t("coverage.lead", { n: data?.weeks ?? 13 })}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Rows count={4} height={90} /> : data.state === "counting" ? <div role="status"><p>{t("coverage.counting")}</p><Rows count={3} height={90} /></div> : <Shown data={data} />}
    </div>
  );
}

function Shown({ data }: { data: Coverage }) {
  if (data.now.failures === 0 && data.now.idle === 0) return <Empty title={t("coverage.none")} detail={t("coverage.noneDetail")} />;
  const { estimate } = data;
  return (
    <>
      <div className="coverage-head">
        <Venn lobes={data.now} />
        <div>
          {estimate && <p className="coverage-share"><b>{percent(estimate.share)}</b> {t("coverage.share", { n: data.now.failures })}</p>}
          {estimate && <p className="quiet">{t("coverage.interval", { low: percent(estimate.low), high: percent(estimate.high) })}</p>}
          {data.generated > 0 && <p className="quiet">{t("coverage.generated", { n: data.generated })}</p>}
          {data.counted_at && <p className="quiet">{t("coverage.counted")} <Ago at={data.counted_at} /></p>}
          <Weights data={data} />
        </div>
      </div>
      <LobeWeeks weeks={data.trend} />
      <section aria-label={t("coverage.gaps")}>
        <h2>{t("coverage.gaps")}</h2>
        {data.uncovered.length === 0 && <p className="quiet">{t("coverage.noGaps")}</p>}
        <ol className="coverage-list" data-testid="gaps">{data.uncovered.map((one, at) => <li key={at}><Gap one={one} /></li>)}</ol>
      </section>
      <section aria-label={t("coverage.idle")}>
        <h2>{t("coverage.idle")}</h2>
        <p className="quiet">{data.idle.length === 0 ? t("coverage.noIdle") : t("coverage.idleDetail")}</p>
        <ul className="coverage-idle">{data.idle.map((one, at) => <li key={at}>{one.id ? <Link className="link" to="/eval-cases" search={{ state: "approved", open: one.id }}>{one.title || t("coverage.untitled")}</Link> : <span>{one.title || t("coverage.untitled")}</span>} <span className="quiet">{day(one.since)}{!one.id && ` · ${t("coverage.made")}`}</span></li>)}</ul>
      </section>
    </>
  );
}

function Weights({ data }: { data: Coverage }) {
  if (data.weights.length === 0) return null;
  const sorted = [...data.weights].sort((a, b) => b.share - a.share);
  return (
    <details>
      <summary>{t("coverage.weights")}</summary>
      <ul className="coverage-idle">{sorted.map((one) => <li key={one.category}>{one.category || t("scorecard.unknown")} <span className="quiet">{percent(one.share)}</span></li>)}</ul>
    </details>
  );
}

/** Failures that ask the same and have no case, with their newest, each one click from its ticket and one from a case. */
function Gap({ one }: { one: UncoveredCluster }) {
  return (
    <article className="coverage-gap">
      <h3>{one.words.length > 0 ? one.words.join(" · ") : one.examples[0]?.subject || t("coverage.untitled")}</h3>
      <p className="quiet">{t(one.failures === 1 ? "coverage.failure1" : "coverage.failures", { n: one.failures })} · {one.category || one.queue} · <Ago at={one.last_at} /></p>
      <ul>{one.examples.map((example, at) => <li key={at}><Example example={example} /></li>)}</ul>
    </article>
  );
}

function Example({ example }: { example: FailureExample }) {
  const { agent } = useSession();
  const navigate = useNavigate();
  const take = useMutation({
    // A draft that was turned down has proposed its case by itself: that one is opened.
    mutationFn: async (ticket: string) => {
      const proposed = await queryClient.fetchQuery({ ...evalCasesQuery("proposed"), staleTime: 0 });
      return proposed.items.find((one) => one.ticket_id === ticket) ?? takeEvalCase(ticket, example.failure, "major");
    },
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: ["eval-cases"] });
      void navigate({ to: "/eval-cases", search: { open: made.id } });
    },
    onError: notifyFailure,
  });
  const ticket = example.ticket_id;
  const said = <>“{example.subject || t("coverage.untitled")}” <span className="quiet">{t(`coverage.signal.${example.signal}`)}</span></>;
  if (!ticket) return <span>{said} <span className="quiet">· {t("coverage.made")}</span></span>;
  return (
    <span className="coverage-example">
      <span><Link className="link" to="/tickets/$ticketId" params={{ ticketId: ticket }}>#{example.number}</Link> {said}</span>
      {agent.role !== "auditor" && <Button size="compact-xs" variant="default" loading={take.isPending} onClick={() => take.mutate(ticket)}>{t("coverage.take")}</Button>}
    </span>
  );
}

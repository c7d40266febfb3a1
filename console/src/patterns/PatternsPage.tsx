import { Button, SegmentedControl } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { IconRefresh, IconMessageQuestion, IconSearchOff } from "@tabler/icons-react";
import { recount } from "../api/knowledge";
import { gapsQuery, patternsQuery, queryClient, useSession } from "../api/queries";
import type { Gap } from "../api/types";
import { Ago } from "../states/Parts";
import { notifyFailure } from "../states/notice";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { PatternView } from "./PatternView";

/** What people ask again and again, and where nothing answers them. */
export function PatternsPage() {
  const { tab = "gaps" } = useSearch({ from: "/shell/patterns" });
  const navigate = useNavigate();
  return (
    <div className="page wide patterns">
      <header className="page-head">
        <h1>{t("patterns.title")}</h1>
        <SegmentedControl size="xs" aria-label={t("patterns.title")} value={tab} data={[{ value: "gaps", label: t("patterns.gaps") }, { value: "patterns", label: t("patterns.all") }]}
          onChange={(value) => void navigate({ to: "/patterns", search: value === "patterns" ? { tab: "patterns" } : {}, replace: true })} />
        <Recount />
        <Link className="link" to="/knowledge">{t("rail.knowledge")}</Link>
      </header>
      {tab === "patterns" ? <Patterns /> : <Gaps />}
    </div>
  );
}

/** Counts again; the pages ask until it is there. */
function Recount() {
  const { agent } = useSession();
  const again = useMutation({
    mutationFn: recount,
    onSuccess: () => window.setTimeout(() => void Promise.all(["patterns", "gaps"].map((key) => queryClient.invalidateQueries({ queryKey: [key] }))), 5000),
    onError: notifyFailure,
  });
  if (agent.role === "auditor") return null;
  return <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconRefresh size={13} aria-hidden />} loading={again.isPending} onClick={() => again.mutate()}>{t("patterns.recount")}</Button>;
}

function Gaps() {
  const { data, error, refetch } = useQuery(gapsQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={4} height={90} />;
  return (
    <>
      <p className="quiet">{t("gaps.lead")} <Counted at={data.counted_at} /></p>
      {data.items.length === 0 && (data.state === "counting" ? <Counting /> : <Empty title={t("gaps.none")} detail={t("gaps.noneDetail")} />)}
      <ol className="pattern-list" data-testid="gaps">{data.items.map((gap) => <li key={gap.pattern?.id ?? gap.search?.words ?? gap.said?.sentence}><GapView gap={gap} /></li>)}</ol>
    </>
  );
}

function GapView({ gap }: { gap: Gap }) {
  if (gap.pattern) return <PatternView pattern={gap.pattern} />;
  if (gap.said) return <SaidView said={gap.said} kind={gap.kind} />;
  if (!gap.search) return null;
  return (
    <article className="pattern" data-kind={gap.kind}>
      <header>
        <h2><IconSearchOff size={15} aria-hidden /> “{gap.search.words}”</h2>
        <p className="quiet">{t("gaps.searched", { n: gap.search.searches, none: gap.search.nothing_found })} · <Ago at={gap.search.last_at} /></p>
      </header>
      <Link className="link" to="/search" search={{ q: gap.search.words }}>{t("gaps.searchAgain")}</Link>
    </article>
  );
}

/** A model took it from a past reply: somebody may want to write it down, or to say that it no longer holds. */
function SaidView({ said, kind }: { said: NonNullable<Gap["said"]>; kind: Gap["kind"] }) {
  return (
    <article className="pattern" data-kind={kind}>
      <header>
        <h2><IconMessageQuestion size={15} aria-hidden /> “{said.sentence}”</h2>
        <p className="quiet">{t(said.drafts === 1 ? "gaps.said1" : "gaps.said", { n: said.drafts })} · <Ago at={said.last_at} /></p>
      </header>
      <Link className="link" to="/tickets/$ticketId" params={{ ticketId: said.ticket_id }}>{t("gaps.saidTicket", { n: said.number })}</Link>
    </article>
  );
}

function Patterns() {
  const { data, error, refetch } = useQuery(patternsQuery);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={4} height={90} />;
  const grouped = data.items.reduce((sum, one) => sum + one.requests, 0);
  return (
    <>
      <p className="quiet">{t("patterns.lead", { grouped, requests: data.requests, weeks: data.weeks })} {t("patterns.cost")} <Counted at={data.counted_at} /></p>
      {data.items.length === 0 && (data.state === "counting" ? <Counting /> : <Empty title={t("patterns.none")} detail={t("patterns.noneDetail")} />)}
      <ol className="pattern-list" data-testid="patterns">{data.items.map((one) => <li key={one.id}><PatternView pattern={one} /></li>)}</ol>
    </>
  );
}

function Counting() {
  return <div role="status"><p>{t("patterns.counting")}</p><Rows count={3} height={90} /></div>;
}

function Counted({ at }: { at: string | null }) {
  return at ? <span>{t("patterns.counted")} <Ago at={at} />.</span> : null;
}

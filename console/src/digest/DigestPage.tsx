import { Button, Switch } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { digestQuery, setDigestMail } from "../api/digest";
import { queryClient } from "../api/queries";
import type { DigestStep, WeekDigest } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { day } from "../text/time";
import type { FailureKind } from "../text/failures";

const daysLater = (at: string, days: number): string => new Date(Date.parse(at) + days * 86_400_000).toISOString().slice(0, 10);

/** The caller's week: what to do first, and the failures, sources and gaps it comes from. */
export function DigestPage() {
  const { day: from = null } = useSearch({ from: "/shell/digest" });
  const navigate = useNavigate();
  const setFrom = (asked: string) => void navigate({ to: "/digest", search: { day: asked } });
  const { data, error, refetch } = useQuery(digestQuery(from));
  return (
    <div className="page digest" data-testid="digest">
      <header className="page-head">
        <h1>{t("digest.title")}</h1>
        {data && <>
          <Button size="compact-sm" variant="default" aria-label={t("digest.before")} onClick={() => setFrom(daysLater(data.from, -7))}><IconChevronLeft size={14} aria-hidden /></Button>
          <span>{t("digest.week", { from: day(data.from), until: day(daysLater(data.from, 6)) })}</span>
          <Button size="compact-sm" variant="default" aria-label={t("digest.after")} disabled={Date.parse(daysLater(data.from, 7)) > Date.now()} onClick={() => setFrom(daysLater(data.from, 7))}><IconChevronRight size={14} aria-hidden /></Button>
        </>}
      </header>
      <p className="quiet">{t("digest.lead")}</p>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : data ? <Week week={data} /> : <Rows count={4} height={60} />}
    </div>
  );
}

function Week({ week }: { week: WeekDigest }) {
  const mail = useMutation({ mutationFn: (on: boolean) => setDigestMail(on ? "on" : "off"), onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["digest"] }), onError: notifyFailure });
  const isQuiet = week.steps.length === 0 && week.faults.every((one) => one.count === 0);
  return (
    <>
      {isQuiet ? <Empty title={t("digest.none")} detail={t("digest.noneDetail")} /> : <>
        {week.steps.length > 0 && <section><h2>{t("digest.first")}</h2><ol className="digest-steps" data-testid="digest-steps">{week.steps.map((step, i) => <li key={i}><StepLine step={step} waiting={week.waiting} cases={week.cases} /></li>)}</ol></section>}
        <section>
          <h2>{t("digest.failed")}</h2>
          <dl className="facts">{week.faults.map((one) => <div key={one.fault}><dt>{t(`digest.fault.${one.fault}`)}</dt><dd><b>{one.count}</b><span className="quiet">{t("digest.weekBefore", { n: one.before })}</span></dd></div>)}</dl>
          <ul className="lines">{week.failed.map((one, i) => <li key={i}><Link className="line" to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }}><span>#{one.number} · {t(`digest.fault.${one.fault}`)}{one.why && ` · ${t(`failure.${one.why as FailureKind}`)}`}</span><span className="quiet">{one.category} · <Ago at={one.at} /></span></Link></li>)}</ul>
        </section>
        {week.sources.length > 0 && <section><h2>{t("digest.sources")}</h2><ul className="lines">{week.sources.map((one) => <li key={one.article_id}><Link className="line" to="/knowledge/$articleId" params={{ articleId: one.article_id }}><span>{one.title}</span><span className="quiet">{t(one.failures === 1 ? "digest.failure1" : "digest.failures", { n: one.failures })}</span></Link></li>)}</ul></section>}
        {week.gaps.length > 0 && <section><h2>{t("digest.gaps")}</h2><ul className="lines">{week.gaps.map((one) => <li key={one.pattern_id}><Link className="line" to="/patterns"><span>{one.words || t("digest.noWords")}</span><span className="quiet">{t("digest.requests", { n: one.requests, week: one.this_week })}</span></Link></li>)}</ul></section>}
      </>}
      <Switch label={t("digest.mail")} checked={week.mail === "on"} disabled={mail.isPending} onChange={(event) => mail.mutate(event.currentTarget.checked)} />
    </>
  );
}

/** One thing to do, leading to where it is done. */
function StepLine({ step, waiting, cases }: { step: DigestStep; waiting: number; cases: number }) {
  const text = t(`digest.step.${step.remedy}`, { subject: step.subject, n: step.remedy === "answer" ? waiting : step.remedy === "check_cases" ? cases : step.weight });
  if (step.remedy === "read_article") return <Link className="link" to="/knowledge/$articleId" params={{ articleId: step.id }}>{text}</Link>;
  if (step.remedy === "write_article") return <Link className="link" to="/patterns">{text}</Link>;
  if (step.remedy === "check_cases") return <Link className="link" to="/eval-cases" search={{}}>{text}</Link>;
  if (step.remedy === "answer") return <Link className="link" to="/tasks">{text}</Link>;
  return <Link className="link" to="/scorecard">{text}</Link>;
}

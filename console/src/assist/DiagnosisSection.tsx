import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { askDiagnosis, diagnosisQuery, markCause } from "../api/incidents";
import { queryClient } from "../api/queries";
import type { ProbableCause, TicketDiagnosis } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Ago, MachineMark } from "../states/Parts";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { moment, percent } from "../text/time";

/** What telemetry says of the ticket: probable causes with their evidence, what was not found, where to look next. */
export function DiagnosisSection({ ticketId }: { ticketId: string }) {
  const { data, error, refetch } = useQuery(diagnosisQuery(ticketId));
  const [isBusy, setBusy] = useState(false);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={2} />;
  const take = async (work: () => Promise<TicketDiagnosis>) => {
    setBusy(true);
    try {
      queryClient.setQueryData(diagnosisQuery(ticketId).queryKey, await work());
    } catch (failure) {
      notifyFailure(failure);
    }
    setBusy(false);
  };
  return (
    <>
      {data.incidents.map((one) => <p key={one.id}><b className="incident-status" data-status={one.status}>{t(`incident.status.${one.status}`)}</b> <Link className="link" to="/incidents/$incidentId" params={{ incidentId: one.id }}>{one.title}</Link></p>)}
      {data.state === "not_observed" && <p className="quiet">{t("diagnosis.notObserved")}</p>}
      {data.state === "not_looked" && <p className="quiet">{t("diagnosis.notLooked")}</p>}
      {data.state === "nothing_found" && <p>{t("diagnosis.nothing")}</p>}
      {data.causes.map((cause, n) => <Cause key={n} cause={cause} isFirst={n === 0} isBusy={isBusy} onMark={(verdict) => void take(() => markCause(data.diagnosis_id ?? "", n, verdict))} />)}
      {data.runbooks.length > 0 && <p>{t("diagnosis.runbooks")} {data.runbooks.map((one) => <Link key={one.article_id} className="link" to="/knowledge/$articleId" params={{ articleId: one.article_id }}>{one.title}</Link>)}</p>}
      {data.next.length > 0 && <><h3>{t("diagnosis.next")}</h3><ul className="because">{data.next.map((one) => <li key={one.kind + one.at}>{word("next", one.kind)} <span className="quiet">{one.at}</span></li>)}</ul></>}
      {data.absent.length > 0 && <details><summary>{t("diagnosis.absent")}</summary><ul className="because">{data.absent.map((one) => <li key={one.kind + one.detail}><span className="quiet">{word("absent", one.kind)}</span> {one.detail}</li>)}</ul></details>}
      {data.moments.length > 1 && <Moments data={data} />}
      {data.window && <p className="quiet">{t("diagnosis.window", { from: moment(data.window.from), to: moment(data.window.to), services: data.window.services.join(", ") })} {data.window.gaps.join(" ")}</p>}
      {data.state !== "not_observed" && <div className="bar"><Button variant="default" size="compact-sm" loading={isBusy} onClick={() => void take(() => askDiagnosis(ticketId))}>{t("diagnosis.again")}</Button>{data.made_at && <span className="quiet"><Ago at={data.made_at} /></span>}</div>}
    </>
  );
}

function Cause({ cause, isFirst, isBusy, onMark }: { cause: ProbableCause; isFirst: boolean; isBusy: boolean; onMark: (verdict: "accepted" | "rejected") => void }) {
  return (
    <article className="machine cause" data-testid="cause">
      <p><b>{word("cause", cause.kind)}</b> · {cause.service} <span className="quiet">{percent(cause.confidence)}</span></p>
      <pre className="log-lines">{cause.says}</pre>
      <ul className="because">{cause.because.map((one) => <li key={one}>{one}</li>)}</ul>
      <details open={isFirst}>
        <summary>{t("diagnosis.evidence", { n: cause.count })}</summary>
        {cause.lines.length > 0 && <pre className="log-lines">{cause.lines.map((one) => `${one.at.slice(11, 19)} ${one.text}`).join("\n")}</pre>}
        {cause.path.length > 0 && <p className="quiet">{cause.path.join(" › ")}</p>}
        {cause.query && <p><span className="quiet">{t("diagnosis.query")}</span> <code>{cause.query}</code></p>}
      </details>
      {cause.verdict ? <p>{t(cause.verdict.verdict === "accepted" ? "diagnosis.right" : "diagnosis.wrong", { name: cause.verdict.by })} <span className="quiet"><Ago at={cause.verdict.at} /></span></p> : null}
      <div className="bar">
        <Button size="compact-xs" variant="default" disabled={isBusy} onClick={() => onMark("accepted")}>{t("diagnosis.markRight")}</Button>
        <Button size="compact-xs" variant="subtle" color="gray" disabled={isBusy} onClick={() => onMark("rejected")}>{t("diagnosis.markWrong")}</Button>
      </div>
      <MachineMark label={t("diagnosis.by")} />
    </article>
  );
}

function Moments({ data }: { data: TicketDiagnosis }) {
  return (
    <>
      <h3>{t("diagnosis.moments")}</h3>
      <ol className="trail">{data.moments.map((one, n) => <li key={n} data-kind={one.kind}><Ago at={one.at} /><span><b>{word("moment", one.kind)}</b> <span className="quiet">{one.service}</span> {one.text}</span></li>)}</ol>
    </>
  );
}

import { ActionIcon, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { IconArrowLeft, IconDownload, IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { originQuery } from "../api/queries";
import type { Provenance } from "../api/types";
import { saveFile } from "../insights/download";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { moment } from "../text/time";

export function OriginRoute() {
  const { approvalId } = useParams({ from: "/shell/letters/$approvalId" });
  const { data, error, refetch } = useQuery(originQuery(approvalId));
  if (error) return <div className="page"><Failure error={error} onRetry={() => void refetch()} /></div>;
  if (!data) return <div className="page"><Rows count={6} height={60} /></div>;
  return <OriginPage origin={data} />;
}

/** Everything behind one letter, in the order it happened; the same document is the download. */
function OriginPage({ origin }: { origin: Provenance }) {
  const navigate = useNavigate();
  const { approval, letter, machine } = origin;
  return (
    <article className="page origin" data-testid="origin">
      <header className="page-head">
        <ActionIcon variant="subtle" color="gray" aria-label={t("back")} onClick={() => window.history.length > 1 ? window.history.back() : void navigate({ to: "/tickets" })}><IconArrowLeft size={18} /></ActionIcon>
        <h1>{t("origin.title", { n: origin.ticket })}</h1>
        <Button variant="default" leftSection={<IconDownload size={15} />} onClick={() => saveFile(`letter-${origin.ticket}.json`, "application/json", JSON.stringify(origin, null, 1))}>{t("origin.download")}</Button>
      </header>
      {letter.mime === "" ? <p className="quiet">{t("origin.emptied")}</p> : (
        <p className="result" data-ok={approval.marks_hold}>
          {approval.marks_hold ? <IconShieldCheck size={16} aria-hidden /> : <IconShieldX size={16} aria-hidden />}
          <span>{t(approval.marks_hold ? "origin.holds" : "origin.broken")} <code>countersign audit verify letter-{origin.ticket}.json --key …</code></span>
        </p>
      )}
      <ol className="origin-steps">
        <Step title={t("origin.asked")} at={origin.request?.at} by={origin.request?.from}>
          {origin.request ? <Text text={origin.request.text} /> : <p className="quiet">{t("origin.erased")}</p>}
        </Step>
        <Step title={t("origin.given")} by={word("draft.origin", machine.origin)}>
          <ul className="lines-plain">{machine.sources.map((source) => <li key={source.citation}><details><summary>[{source.citation}] {source.title || t("origin.pastReply")}</summary><Text text={source.text} /></details></li>)}</ul>
          {machine.request && <details><summary>{t("origin.request", { name: machine.endpoint ?? "" })}</summary><pre tabIndex={0}>{machine.request}</pre></details>}
          {machine.answer && <details><summary>{t("origin.answer")}</summary><pre tabIndex={0}>{machine.answer}</pre></details>}
          {machine.text && <details><summary>{t("origin.machineText")}</summary><Text text={machine.text} /></details>}
          {machine.doubts.map((doubt) => <p key={doubt} className="warning">{doubt}</p>)}
        </Step>
        {origin.versions.map((version) => (
          <Step key={version.revision} title={t("origin.version", { n: version.revision })} at={version.at} by={version.by ?? t("origin.machine")}>
            <details><summary>{t("origin.text")}</summary><Text text={version.text} /></details>
          </Step>
        ))}
        {approval.first_by && <Step title={t("origin.first")} at={approval.first_at} by={approval.first_by} />}
        <Step title={t("origin.approved")} at={approval.at} by={approval.by}>
          <p className="quiet">{word("origin.by", approval.confirmed)}{approval.send_at && <> · {t("origin.putOff", { at: moment(approval.send_at) })}</>}</p>
          {approval.checks.map((check) => <p key={check.label}>✓ {check.label}{check.note && <> <q>{check.note}</q></>}</p>)}
        </Step>
        {origin.attempts.map((attempt, i) => (
          <Step key={i} title={t("origin.attempt", { n: i + 1 })} at={attempt.started_at} by={attempt.outcome ? word("origin.outcome", attempt.outcome) : t("origin.running")}>
            {attempt.reply && <p className="quiet">{attempt.reply}</p>}
          </Step>
        ))}
      </ol>
      <details><summary>{t("origin.bytes", { to: letter.recipients.join(", ") })}</summary><p className="quiet">{t("seal.digest")} <code>{letter.digest}</code></p></details>
      <details><summary>{t("origin.record", { n: origin.record.length })}</summary>
        {origin.record.map((step, i) => <details key={i} className="nested"><summary>{step.kind} <span className="quiet">{moment(step.at)}</span></summary><pre tabIndex={0}>{step.entry}{"\n\n"}{step.proof ?? t("origin.noProof")}</pre></details>)}
      </details>
    </article>
  );
}

function Step({ title, at, by, children }: { title: string; at?: string | null; by?: string | null; children?: ReactNode }) {
  return (
    <li>
      <p><b>{title}</b> <span className="quiet">{[by, at ? moment(at) : null].filter(Boolean).join(" · ")}</span></p>
      {children}
    </li>
  );
}

const Text = ({ text }: { text: string }) => <div className="paper letter-text" dir="auto">{text}</div>;

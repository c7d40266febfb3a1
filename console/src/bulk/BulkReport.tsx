import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconDownload } from "@tabler/icons-react";
import type { BulkReply, LeftOutTicket, LetterState } from "../api/types";
import { csv } from "../insights/csv";
import { saveCsv } from "../insights/download";
import { Ago } from "../states/Parts";
import { t, word } from "../strings";

const order: LetterState["state"][] = ["uncertain", "open", "awaits_second", "sending", "ready", "sent", "put_aside"];

/** A letter that was approved and did not leave says what kept it. */
function said(letter: LetterState): string {
  if (letter.state !== "open" || !letter.why) return t(`bulk.state.${letter.state}`);
  return letter.why === "undone" || letter.why === "halted" ? t("bulk.state.stopped") : `${t("bulk.state.kept")}: ${word("kept", letter.why)}`;
}

/** By recipient: what did not leave stands first. */
export function BulkReport({ bulk }: { bulk: BulkReply }) {
  const letters = [...bulk.letters].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.number - b.number);
  const counts = order.map((state) => [state, letters.filter((letter) => letter.state === state).length] as const).filter(([, n]) => n > 0);
  const save = () => saveCsv(`bulk-${bulk.id}`, csv(["ticket", "name", "address", "state", "at"], letters.map((one) => [one.number, one.requester, one.email, one.state, one.at])));
  return (
    <>
      <details className="panel"><summary>{t("bulk.text")}</summary><p className="letter-text">{bulk.text || t("origin.emptied")}</p></details>
      <section aria-label={t("bulk.report")}>
        <header className="page-head">
          <h2>{t("bulk.report")} <span className="quiet">{counts.map(([state, n]) => `${n} ${t(`bulk.state.${state}`)}`).join(" · ")}</span></h2>
          <Button size="xs" variant="default" leftSection={<IconDownload size={14} />} onClick={save}>CSV</Button>
        </header>
        <div className="table-scroll">
          <table className="table bulk-table">
            <thead><tr><th>{t("bulk.ticket")}</th><th>{t("bulk.to")}</th><th>{t("bulk.where")}</th><th>{t("bulk.when")}</th></tr></thead>
            <tbody>
              {letters.map((letter) => (
                <tr key={letter.draft_id} data-state={letter.state}>
                  <td><Link to="/tickets/$ticketId" params={{ ticketId: letter.ticket_id }}>#{letter.number}</Link></td>
                  <td>{letter.requester} <span className="quiet">{letter.email}</span></td>
                  <td>{said(letter)}</td>
                  <td>{letter.at ? <Ago at={letter.at} /> : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {bulk.left_out.length > 0 && <LeftOut title={t("bulk.leftOut")} tickets={bulk.left_out} />}
    </>
  );
}

/** Tickets that need a person of their own, and why. */
export function LeftOut({ title, tickets }: { title: string; tickets: LeftOutTicket[] }) {
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <ul className="lines-plain">
        {tickets.map((one) => (
          <li key={one.ticket_id}><Link to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }}>#{one.number}</Link> {one.why === "own_answer" ? one.detail : t(`bulk.why.${one.why}`, { detail: one.detail })}</li>
        ))}
      </ul>
    </section>
  );
}

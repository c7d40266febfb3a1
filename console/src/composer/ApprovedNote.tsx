import type { Draft, TicketPage } from "../api/types";
import { Ago } from "../states/Parts";
import { t } from "../strings";
import { UncertainNote } from "./UncertainNote";

/** A signed letter on its way: nothing to edit, it can only be taken back while the bar counts. */
export function ApprovedNote({ draft, ticket }: { draft: Draft; ticket: TicketPage }) {
  const { approval } = draft;
  return (
    <section className="draft approved" aria-label={t("draft.label")}>
      {approval?.state === "uncertain" && <UncertainNote outboxId={approval.outbox_id} ticketId={ticket.id} />}
      <p><b>{t(draft.state === "sent" ? "approved.sent" : "approved.waiting")}</b> <span className="quiet">{approval && <>{t("ticket.signedBy", { name: approval.by })}, <Ago at={approval.at} /></>} · {ticket.requester.email}</span></p>
      <p className="letter-text draft-scroll">{draft.body}</p>
    </section>
  );
}

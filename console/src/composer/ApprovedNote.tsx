import { useState } from "react";
import { undoApproval } from "../api/drafts";
import { queryClient } from "../api/queries";
import type { Draft, TicketPage } from "../api/types";
import { Confirm } from "../states/Confirm";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { t } from "../strings";
import { moment } from "../text/time";
import { UncertainNote } from "./UncertainNote";

/** Milliseconds ahead from which a letter counts as put off, rather than as about to leave. */
const laterMs = 120_000;

const isLater = (approval: Draft["approval"]): boolean =>
  approval?.state === "ready" && Date.parse(approval.undo_until) - Date.now() > laterMs;

/** A letter that was put off can be taken back until its hour. */
function TakeBack({ approvalId, ticketId }: { approvalId: string; ticketId: string }) {
  const [isBusy, setBusy] = useState(false);
  const takeBack = async () => {
    setBusy(true);
    try {
      await undoApproval(approvalId);
      notify(t("undo.doneLetter"));
    } catch (error) {
      notifyFailure(error);
    } finally {
      setBusy(false);
      await queryClient.invalidateQueries({ queryKey: ["ticket", ticketId] });
    }
  };
  return <Confirm label={t("approved.takeBack")} question={t("approved.takeBackAsk")} isBusy={isBusy} onYes={() => void takeBack()} />;
}

/** A signed letter on its way: nothing to edit, it can only be taken back while the bar counts. */
export function ApprovedNote({ draft, ticket }: { draft: Draft; ticket: TicketPage }) {
  const { approval } = draft;
  return (
    <section className="draft approved" aria-label={t("draft.label")}>
      {approval?.state === "uncertain" && <UncertainNote outboxId={approval.outbox_id} ticketId={ticket.id} />}
      <p><b>{draft.state !== "sent" && isLater(approval) ? t("approved.later", { at: moment(approval?.undo_until ?? "") }) : t(draft.state === "sent" ? "approved.sent" : "approved.waiting")}</b> <span className="quiet">{approval && <>{t("ticket.signedBy", { name: approval.by })}, <Ago at={approval.at} /></>} · {ticket.requester.email}</span></p>
      {isLater(approval) && approval && <p><TakeBack approvalId={approval.id} ticketId={ticket.id} /></p>}
      <p className="letter-text draft-scroll">{draft.body}</p>
    </section>
  );
}

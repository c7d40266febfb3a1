import type { TicketPage } from "../api/types";
import { t } from "../strings";
import { UncertainNote } from "./UncertainNote";

/** What became of earlier letters, while a draft is open: those a person must settle, and why the newest did not leave. */
export function LetterNotes({ ticket }: { ticket: TicketPage }) {
  const newest = ticket.letters[0];
  const why = newest?.state === "failed" ? t("held.failed") : newest?.state === "stopped" ? t("held.stopped") : null;
  return (
    <>
      {ticket.letters.filter((letter) => letter.state === "uncertain").map((letter) => <UncertainNote key={letter.outbox_id} outboxId={letter.outbox_id} ticketId={ticket.id} />)}
      {newest && why && <p className="warning" role="status" data-testid="held">{why} {newest.detail && <q>{newest.detail}</q>}</p>}
    </>
  );
}

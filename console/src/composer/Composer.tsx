import { useState } from "react";
import type { TicketPage } from "../api/types";
import type { VerdictControl } from "../assist/verdict";
import { DraftAbsent } from "./DraftAbsent";
import { DraftBox } from "./DraftBox";
import { RejectedBar } from "./RejectedBar";
import { UnderstoodLine } from "./UnderstoodLine";

/** The reply, and the one line that says what the machine understood. */
export function Composer({ ticket, verdict, isPanelOpen }: { ticket: TicketPage; verdict: VerdictControl; isPanelOpen: boolean }) {
  const [rejected, setRejected] = useState<{ ticketId: string; draftId: string } | null>(null);
  const { draft } = ticket.answer;
  const gone = rejected?.ticketId === ticket.id ? rejected.draftId : null;
  return (
    <div className="composer">
      <UnderstoodLine ticket={ticket} verdict={verdict} />
      {gone && !draft && <RejectedBar key={gone} draftId={gone} />}
      {draft ? <DraftBox key={draft.id} ticket={ticket} given={draft} isPanelOpen={isPanelOpen} onRejected={(draftId) => setRejected({ ticketId: ticket.id, draftId })} /> : <DraftAbsent ticket={ticket} />}
    </div>
  );
}

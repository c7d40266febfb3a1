import type { TicketPage } from "../api/types";
import type { VerdictControl } from "../assist/verdict";
import { DraftAbsent } from "./DraftAbsent";
import { DraftBox } from "./DraftBox";
import { UnderstoodLine } from "./UnderstoodLine";

/** The reply, and the one line that says what the machine understood. */
export function Composer({ ticket, verdict, isPanelOpen }: { ticket: TicketPage; verdict: VerdictControl; isPanelOpen: boolean }) {
  const { draft } = ticket.answer;
  return (
    <div className="composer">
      <UnderstoodLine ticket={ticket} verdict={verdict} />
      {draft ? <DraftBox key={draft.id} ticket={ticket} given={draft} isPanelOpen={isPanelOpen} /> : <DraftAbsent ticket={ticket} />}
    </div>
  );
}

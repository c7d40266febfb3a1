import { useEffect, useState } from "react";
import { queryClient, ticketQuery } from "../api/queries";
import type { TicketPage } from "../api/types";
import { AssistPanel } from "../assist/AssistPanel";
import { usePanel } from "../assist/panel";
import { useVerdict } from "../assist/verdict";
import { Composer } from "../composer/Composer";
import { useAction } from "../shell/actions";
import { Conversation } from "./Conversation";
import { EscalationBox } from "./EscalationBox";
import { EvalCaseBox } from "./EvalCaseBox";
import { HandOverLine, useHandOver } from "./HandOverLine";
import { LightProvider } from "./lit";
import { MergeBox } from "./MergeBox";
import { PresentLine } from "./PresentLine";
import { useBeingPresent } from "./presence";
import { PromiseList } from "./PromiseList";
import { RelocationLines } from "./RelocationLines";
import { SnoozeBox } from "./SnoozeBox";
import { SummaryBox } from "./SummaryBox";
import { SurveyLine } from "./SurveyLine";
import { TicketHead } from "./TicketHead";
import { TransferBox } from "./TransferBox";
import { useTicketActions } from "./ticketActions";

/** Changes when letters came from another ticket or went back: they are no news, and are shown at once. */
const letterMoves = ({ relocations: { merged_into, merged, split_off } }: TicketPage): string =>
  [merged_into?.number, ...merged.map((one) => one.number), ...split_off.map((one) => one.number)].join(" ");

export function TicketView({ ticket }: { ticket: TicketPage }) {
  const panel = usePanel();
  const verdict = useVerdict(ticket);
  const [isNoteOpen, setNoteOpen] = useState(false);
  const actions = useTicketActions(ticket, () => setNoteOpen(true), panel);

  const [isRaising, setRaising] = useState(false);
  useAction("ticket.escalate", () => setRaising(!isRaising));
  useBeingPresent(ticket.id);

  const [asking, setAsking] = useState<"snooze" | "transfer" | "merge" | "evalCase" | null>(null);
  const ask = (what: "snooze" | "transfer" | "merge" | "evalCase") => setAsking((old) => (old === what ? null : what));
  useAction("ticket.snooze", () => ask("snooze"), ticket.status !== "solved" && ticket.status !== "closed");
  useAction("ticket.transfer", () => ask("transfer"));
  useAction("ticket.evalCase", () => ask("evalCase"));
  const isMerged = ticket.relocations.merged_into !== null;
  useAction("ticket.merge", () => ask("merge"), !isMerged);
  useEffect(() => setAsking(null), [ticket.id]);
  const handOver = useHandOver(ticket);

  useEffect(() => {
    if (ticket.next_ticket_id) void queryClient.prefetchQuery(ticketQuery(ticket.next_ticket_id));
  }, [ticket.next_ticket_id]);
  useEffect(() => {
    document.title = `#${ticket.number} ${ticket.subject} · Countersign`;
    return () => void (document.title = "Countersign");
  }, [ticket.number, ticket.subject]);

  return (
    <LightProvider>
      <article className="ticket" data-panel={panel.isOpen ? "open" : "closed"} aria-label={`#${ticket.number} ${ticket.subject}`}>
        <div className="ticket-main">
          <TicketHead ticket={ticket} actions={actions} panel={panel} onEscalate={() => setRaising(true)} onSnooze={() => ask("snooze")} onTransfer={() => ask("transfer")} onMerge={() => ask("merge")} />
          <PresentLine ticketId={ticket.id} />
          <HandOverLine found={handOver} />
          <SnoozeBox ticket={ticket} isOpen={asking === "snooze"} onClose={() => setAsking(null)} />
          {asking === "transfer" && <TransferBox ticket={ticket} onClose={() => setAsking(null)} />}
          {asking === "merge" && !isMerged && <MergeBox ticket={ticket} onClose={() => setAsking(null)} />}
          {asking === "evalCase" && <EvalCaseBox ticket={ticket} onClose={() => setAsking(null)} />}
          <RelocationLines ticket={ticket} />
          <SurveyLine ticket={ticket} />
          <PromiseList ticket={ticket} />
          <EscalationBox ticket={ticket} isOpen={isRaising} onOpen={() => setRaising(true)} onClose={() => setRaising(false)} />
          <SummaryBox ticket={ticket} />
          <Conversation key={letterMoves(ticket)} ticket={ticket} isNoteOpen={isNoteOpen} onNoteClose={() => setNoteOpen(false)} />
          {!isMerged && <Composer ticket={ticket} verdict={verdict} isPanelOpen={panel.isOpen} />}
        </div>
        <AssistPanel ticket={ticket} panel={panel} verdict={verdict} />
      </article>
    </LightProvider>
  );
}

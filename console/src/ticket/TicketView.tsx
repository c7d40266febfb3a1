import { useEffect, useState } from "react";
import { queryClient, ticketQuery } from "../api/queries";
import { markRead } from "../api/tickets";
import type { TicketPage } from "../api/types";
import { AssistPanel } from "../assist/AssistPanel";
import { usePanel } from "../assist/panel";
import { useVerdict } from "../assist/verdict";
import { Composer } from "../composer/Composer";
import { showRead } from "../inbox/news";
import { Conversation } from "./Conversation";
import { LightProvider } from "./lit";
import { PresentLine } from "./PresentLine";
import { useBeingPresent } from "./presence";
import { SummaryBox } from "./SummaryBox";
import { TicketHead } from "./TicketHead";
import { useTicketActions } from "./ticketActions";

export function TicketView({ ticket }: { ticket: TicketPage }) {
  const panel = usePanel();
  const verdict = useVerdict(ticket);
  const [isNoteOpen, setNoteOpen] = useState(false);
  const actions = useTicketActions(ticket, () => setNoteOpen(true), panel);

  useBeingPresent(ticket.id);

  useEffect(() => {
    if (!ticket.unread) return;
    showRead(ticket.id);
    void markRead(ticket.id).then(() => queryClient.invalidateQueries({ queryKey: ["views"] }), () => undefined);
  }, [ticket.id, ticket.unread]);
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
          <TicketHead ticket={ticket} actions={actions} panel={panel} />
          <PresentLine ticketId={ticket.id} />
          <SummaryBox ticket={ticket} />
          <Conversation ticket={ticket} isNoteOpen={isNoteOpen} onNoteClose={() => setNoteOpen(false)} />
          <Composer ticket={ticket} verdict={verdict} isPanelOpen={panel.isOpen} />
        </div>
        <AssistPanel ticket={ticket} panel={panel} verdict={verdict} />
      </article>
    </LightProvider>
  );
}

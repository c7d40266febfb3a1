import { useNavigate } from "@tanstack/react-router";
import { setFollowing } from "../api/attention";
import { patchTicket, queryClient, useDesk, useSession } from "../api/queries";
import { changeSeen, type TicketChange } from "../api/tickets";
import type { Priority, TicketPage } from "../api/types";
import type { Panel } from "../assist/panel";
import { dropFromLists } from "../inbox/news";
import { useAction } from "../shell/actions";
import { dropUndo, offerUndo, type Undo } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

const priorities: Priority[] = ["low", "normal", "high", "urgent"];

export interface TicketActions {
  back: () => void; solve: () => void; reopen: () => void; takeOver: () => void; nextPriority: () => void; setPriority: (priority: Priority) => void; note: () => void; follow: () => void;
}

/** Follows, or no longer; pressing again takes it back. */
async function follow(ticket: TicketPage): Promise<void> {
  const takeBack = patchTicket(ticket.id, (old) => ({ ...old, followed: !ticket.followed }));
  try {
    await setFollowing(ticket.id, !ticket.followed);
    for (const key of ["views", "tickets", "tasks"]) void queryClient.invalidateQueries({ queryKey: [key] });
  } catch (error) {
    takeBack();
    notifyFailure(error);
  }
}

/** The way back to the list. Its key is offered by the route, so that it works while a ticket loads too. */
export function useBack(): () => void {
  const navigate = useNavigate();
  return () => void navigate({ to: "/tickets", search: (old: object) => old });
}

/** What can be done with the ticket itself. Each shows at once and is taken back when the server refuses. */
export function useTicketActions(ticket: TicketPage, onNote: () => void, panel: Panel): TicketActions {
  const navigate = useNavigate();
  const goBack = useBack();
  const { agent } = useSession();
  const desk = useDesk();

  const change = async (what: TicketChange, back: TicketChange, label: string, show: (ticket: TicketPage) => TicketPage) => {
    const takeBack = patchTicket(ticket.id, show);
    const undo: Undo = { kind: "change", label, back, ticketId: ticket.id, number: ticket.number, until: Date.now() + desk.undo_seconds * 1000 };
    offerUndo(undo);
    try {
      await changeSeen(ticket, what);
      await Promise.all(["views", "tickets"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
      await queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    } catch (error) {
      takeBack();
      dropUndo(undo);
      notifyFailure(error);
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    }
  };
  const setStatus = (status: "solved" | "open") => change({ status }, { status: ticket.status }, t("undo.status", { status: t(`status.${status}`) }), (old) => ({ ...old, status }));
  const setPriority = (priority: Priority) => void change({ priority }, { priority: ticket.priority }, t("undo.priority", { priority: t(`priority.${priority}`) }), (old) => ({ ...old, priority }));
  const isMine = ticket.assignee?.id === agent.id;
  const isDone = ticket.status === "solved" || ticket.status === "closed";

  const actions: TicketActions = {
    back: goBack,
    solve: () => {
      void setStatus("solved");
      dropFromLists(ticket.id);
      if (ticket.next_ticket_id) void navigate({ to: "/tickets/$ticketId", params: { ticketId: ticket.next_ticket_id }, search: (old: object) => old });
      else goBack();
    },
    reopen: () => void setStatus("open"),
    takeOver: () =>
      void change({ assignee: isMine ? null : "me" }, { assignee: ticket.assignee?.id ?? null }, t(isMine ? "undo.given" : "undo.taken"), (old) => ({
        ...old, assignee: isMine ? null : { id: agent.id, name: agent.name },
      })),
    setPriority,
    nextPriority: () => setPriority(priorities[(priorities.indexOf(ticket.priority) + 1) % priorities.length] ?? "normal"),
    note: onNote,
    follow: () => void follow(ticket),
  };
  useAction("ticket.solve", isDone ? actions.reopen : actions.solve);
  useAction("ticket.takeOver", actions.takeOver);
  useAction("ticket.priority", actions.nextPriority);
  useAction("ticket.follow", actions.follow);
  useAction("ticket.note", onNote);
  useAction("panel.toggle", panel.toggle);
  useAction("panel.why", () => (panel.isOpen ? panel.flip("understanding") : panel.show("understanding")));
  useAction("panel.diagnosis", () => panel.show("diagnosis"));
  useAction("panel.sources", () => panel.show("answer"));
  return actions;
}

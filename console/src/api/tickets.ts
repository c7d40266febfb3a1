import { call, callText, Problem, query } from "./http";
import type {
  AiChoice, Customer, Exchange, Note, Page, Priority, SearchResult, Status, TicketLine, TicketPage, View,
} from "./types";

export interface TicketFilter {
  view?: string; q?: string;
}
export interface TicketChange {
  status?: Status; priority?: Priority; queue?: string; assignee?: string | null;
}

export const listViews = () => call<{ items: View[] }>("GET", "/views").then((page) => page.items);
export const listTickets = (filter: TicketFilter, cursor?: string, limit = 50) =>
  call<Page<TicketLine>>("GET", `/tickets${query({ ...filter, cursor, limit })}`);
export const getTicket = (id: string) => call<TicketPage>("GET", `/tickets/${id}`);
const changeTicket = (id: string, revision: number, change: TicketChange) =>
  call<TicketLine>("PATCH", `/tickets/${id}`, { body: change, revision });

/** Whether what a change rests on is still as the person saw it: its queue and person, its status and messages, its priority. */
function isAsSeen(seen: TicketPage, now: TicketPage, change: TicketChange): boolean {
  const whose = now.queue === seen.queue && now.assignee?.id === seen.assignee?.id;
  return (
    (change.status === undefined || (now.status === seen.status && now.messages.length === seen.messages.length)) &&
    (change.priority === undefined || now.priority === seen.priority) &&
    ((change.queue === undefined && change.assignee === undefined) || whose)
  );
}

/** Changes a ticket a person looked at. That the machine worked on it meanwhile is no conflict; what `isAsSeen` names is. */
export async function changeSeen(seen: TicketPage, change: TicketChange): Promise<void> {
  let { revision } = seen;
  for (let tries = 0; ; tries++) {
    try {
      await changeTicket(seen.id, revision, change);
      return;
    } catch (error) {
      if (!(error instanceof Problem && error.isStale) || tries === 5) throw error;
      const now = await getTicket(seen.id);
      if (!isAsSeen(seen, now, change)) throw error;
      ({ revision } = now);
    }
  }
}
export const addNote = (id: string, body: string) => call<Note>("POST", `/tickets/${id}/notes`, { body: { body } });
export const markRead = (id: string) => call<void>("POST", `/tickets/${id}/read`);
export const messageHtml = (id: string) => callText(`/messages/${id}/html`);
export const getExchange = (id: string) => call<Exchange>("GET", `/exchanges/${id}`);
export const setRequesterAi = (id: string, ai: AiChoice) => call<{ ai: string }>("PUT", `/requesters/${id}/ai`, { body: { ai } });
export const setOrganizationAi = (id: string, ai: AiChoice) => call<{ ai: string }>("PUT", `/organizations/${id}/ai`, { body: { ai } });
export const exportRequester = (id: string) => call<unknown>("GET", `/requesters/${id}/export`);
export const setRequesterRole = (id: string, role: string) => call<Customer>("PUT", `/requesters/${id}/role`, { body: { role } });
export const translateMessage = (ticketId: string, messageId: string, into: string) =>
  call<{ into: string; text: string }>("POST", `/tickets/${ticketId}/translations`, { body: { message_id: messageId, into } });
export const eraseRequester = (id: string, address: string) => call<{ tickets: number }>("POST", `/requesters/${id}/erasure`, { body: { address } });
export const search = (q: string) => call<SearchResult>("GET", `/search${query({ q })}`);

import { call, callText, query } from "./http";
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
export const changeTicket = (id: string, revision: number, change: TicketChange) =>
  call<TicketLine>("PATCH", `/tickets/${id}`, { body: change, revision });
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

import { call, query } from "./http";
import type { Departure, Page, WouldLeave } from "./types";

export const listDepartures = (cursor?: string) => call<Page<Departure>>("GET", `/exchanges${query({ cursor })}`);
export const getWouldLeave = (ticketId: string) => call<WouldLeave>("GET", `/tickets/${ticketId}/leaving`);
export const removeWords = (ticketId: string, text: string, kind: string) =>
  call<{ places: number }>("POST", `/tickets/${ticketId}/redactions`, { body: { text, class: kind } });
export const removeAttachment = (id: string) => call<void>("POST", `/attachments/${id}/redaction`, { body: {} });

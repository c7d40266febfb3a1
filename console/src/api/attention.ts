import { call } from "./http";
import type { GoesOn, HandOver, Morning, Promised, Snooze, SnoozeTimes } from "./types";

export const getSnoozeTimes = (ticketId: string) => call<SnoozeTimes>("GET", `/tickets/${ticketId}/snooze`);
/** Until a moment, or with null until the requester writes. Answers how it was before. */
export const putOff = (ticketId: string, until: string | null) => call<{ before: Snooze | null }>("PUT", `/tickets/${ticketId}/snooze`, { body: { until } });
export const bringBack = (ticketId: string) => call<void>("DELETE", `/tickets/${ticketId}/snooze`);
export const setFollowing = (ticketId: string, follows: boolean) => call<void>(follows ? "PUT" : "DELETE", `/tickets/${ticketId}/follow`);
export const followSurveyUp = (ticketId: string) => call<void>("POST", `/tickets/${ticketId}/survey/follow-up`, { body: {} });
export const getHandOver = (ticketId: string) => call<HandOver>("GET", `/tickets/${ticketId}/hand-over`);
export const answerPromise = (ticketId: string, id: string, state: "confirmed" | "dismissed" | "kept") => call<Promised>("PUT", `/tickets/${ticketId}/promises/${id}`, { body: { state } });
/** Into a ticket named by id or number. */
export const mergeTicket = (ticketId: string, into: string) => call<GoesOn>("POST", `/tickets/${ticketId}/merge`, { body: { into } });
export const undoMerge = (ticketId: string) => call<void>("DELETE", `/tickets/${ticketId}/merge`);
export const splitTicket = (ticketId: string, messageId: string, take: "alone" | "following") =>
  call<GoesOn>("POST", `/tickets/${ticketId}/split`, { body: { message_id: messageId, take } });
export const undoSplit = (ticketId: string) => call<void>("DELETE", `/tickets/${ticketId}/split`);
export const getMorning = () => call<Morning>("GET", "/morning");

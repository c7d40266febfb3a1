import { call } from "./http";
import type { HandOver, Promised, Snooze, SnoozeTimes } from "./types";

export const getSnoozeTimes = (ticketId: string) => call<SnoozeTimes>("GET", `/tickets/${ticketId}/snooze`);
/** Until a moment, or with null until the requester writes. Answers how it was before. */
export const putOff = (ticketId: string, until: string | null) => call<{ before: Snooze | null }>("PUT", `/tickets/${ticketId}/snooze`, { body: { until } });
export const bringBack = (ticketId: string) => call<void>("DELETE", `/tickets/${ticketId}/snooze`);
export const setFollowing = (ticketId: string, follows: boolean) => call<void>(follows ? "PUT" : "DELETE", `/tickets/${ticketId}/follow`);
export const getHandOver = (ticketId: string) => call<HandOver>("GET", `/tickets/${ticketId}/hand-over`);
export const answerPromise = (ticketId: string, id: string, state: "confirmed" | "dismissed" | "kept") => call<Promised>("PUT", `/tickets/${ticketId}/promises/${id}`, { body: { state } });

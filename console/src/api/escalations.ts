import { call, query } from "./http";
import type { Escalations, Package, Repetition, Standing } from "./types";

export type EscalationAnswer = "accepted" | "returned" | "dismissed" | "ended";

export const listEscalations = () => call<Escalations>("GET", "/escalations");
export const getStanding = (ticketId: string) => call<Standing>("GET", `/tickets/${ticketId}/escalations`);
export const getPackage = (ticketId: string, receiver: string | null) => call<Package>("GET", `/tickets/${ticketId}/package${query({ receiver: receiver ?? undefined })}`);
export const raiseCase = (ticketId: string, receiver: string | null) => call<{ id: string }>("POST", `/tickets/${ticketId}/escalations`, { body: { receiver } });
export const answerCase = (id: string, state: EscalationAnswer, reason: string | null) => call<void>("PUT", `/escalations/${id}/answer`, { body: { state, reason } });
export const tellReceiver = (id: string, body: string) => call<void>("POST", `/escalations/${id}/updates`, { body: { body } });
export const findRepetitions = (ticketId: string, body: string) => call<{ items: Repetition[] }>("POST", `/tickets/${ticketId}/repetitions`, { body: { body } }).then((list) => list.items);

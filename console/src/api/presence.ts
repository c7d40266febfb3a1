import { call } from "./http";
import type { Page, Present } from "./types";

export type Doing = Present["doing"] | "gone";

export const getPresence = (ticketId: string) => call<Page<Present>>("GET", `/tickets/${ticketId}/presence`);
/** Counts for 25 seconds; answers who else is there. */
export const bePresent = (ticketId: string, doing: Doing) => call<Page<Present>>("PUT", `/tickets/${ticketId}/presence`, { body: { doing }, keepalive: doing === "gone" });

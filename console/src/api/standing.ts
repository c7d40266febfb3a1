import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { List, StandingApproval, StandingPreview, StandingUse } from "./types";

/** A text with its limits, as a lead wants it approved. */
export interface StandingText { category: string; text: string; a_day: number; a_requester: number; until: string; articles: string[] }

export const previewStanding = (wanted: StandingText) => call<StandingPreview>("POST", "/standing-approvals/preview", { body: wanted });
export const beginStanding = (wanted: StandingText, digest: string) => call<StandingApproval>("POST", "/standing-approvals", { body: { ...wanted, digest } });
export const endStanding = (id: string) => call<void>("DELETE", `/standing-approvals/${id}`);

export const standingsQuery = queryOptions({ queryKey: ["standing"], queryFn: () => call<List<StandingApproval>>("GET", "/standing-approvals").then((list) => list.items), refetchOnMount: "always" });
export const standingUsesQuery = (id: string) => queryOptions({ queryKey: ["standing", id], queryFn: () => call<List<StandingUse>>("GET", `/standing-approvals/${id}/uses`).then((list) => list.items), refetchOnMount: "always" });

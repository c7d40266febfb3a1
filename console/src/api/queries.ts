import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import { FreshClient } from "./freshClient";
import { Problem, nextCursor } from "./http";
import { articleChanges, getArticle, getPattern, listArticles, listGaps, listPatterns, listSources, ticketMacros } from "./knowledge";
import { getProvenance } from "./drafts";
import { getLetter, listLetters, listQuarantine } from "./mail";
import { getHandOver, getMorning, getSnoozeTimes } from "./attention";
import { getPolicy, getPolicyVersion, listColleagues, listPolicies, openTickets } from "./policies";
import { getCheckpoint, listAudit } from "./record";
import { findRepetitions, getPackage, getStanding, listEscalations } from "./escalations";
import { getSession, getStatus } from "./session";
import { getWouldLeave, listDepartures } from "./leaving";
import { getExchange, getTicket, listTickets, listViews, type TicketFilter } from "./tickets";
import { getCalibration, getTraining, listCorrections, listModels, listTasks } from "./triage";
import type { Desk, PolicyKind, Session, TicketPage } from "./types";

const retry = (count: number, error: Error) => error instanceof Problem && (error.isOffline || error.status === 503) && count < 2;

/** Nothing is refetched because a window got the focus: what changed is told by the feed. */
export const queryClient = new FreshClient({
  defaultOptions: {
    queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry, retryDelay: 600, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});

const firstPage = { initialPageParam: undefined as string | undefined, getNextPageParam: nextCursor };

export const sessionQuery = queryOptions({ queryKey: ["session"], queryFn: getSession, staleTime: Infinity });
export const statusQuery = queryOptions({ queryKey: ["status"], queryFn: getStatus });
export const viewsQuery = queryOptions({ queryKey: ["views"], queryFn: listViews });
export const ticketQuery = (id: string) => queryOptions({ queryKey: ["ticket", id], queryFn: () => getTicket(id) });
export const exchangeQuery = (id: string) => queryOptions({ queryKey: ["exchange", id], queryFn: () => getExchange(id) });
export const letterQuery = (id: string) => queryOptions({ queryKey: ["letter", id], queryFn: () => getLetter(id) });
export const originQuery = (approvalId: string) => queryOptions({ queryKey: ["origin", approvalId], queryFn: () => getProvenance(approvalId) });
export const articleQuery = (id: string, version?: number) =>
  queryOptions({ queryKey: ["article", id, version ?? null], queryFn: () => getArticle(id, version) });
export const sourcesQuery = queryOptions({
  queryKey: ["sources"], queryFn: listSources,
  refetchInterval: ({ state }) => (state.data?.items.some((source) => source.feed?.running) ? 1000 : false),
});
export const changesQuery = (id: string, from: number, to: number) =>
  queryOptions({ queryKey: ["changes", id, from, to], queryFn: () => articleChanges(id, from, to), staleTime: Infinity });
/** What an owner changes elsewhere counts the next time somebody looks. */
export const macrosQuery = (ticket: string) => queryOptions({ queryKey: ["macros", ticket], queryFn: () => ticketMacros(ticket), staleTime: 0 });
export const checkpointQuery = queryOptions({ queryKey: ["checkpoint"], queryFn: getCheckpoint });
export const ticketsQuery = (filter: TicketFilter) =>
  infiniteQueryOptions({ queryKey: ["tickets", filter], queryFn: ({ pageParam }) => listTickets(filter, pageParam), ...firstPage, refetchOnMount: "always" });
export const articlesQuery = (filter: { q?: string; state?: string; kind?: string }) =>
  infiniteQueryOptions({ queryKey: ["articles", filter], queryFn: ({ pageParam }) => listArticles(filter, pageParam), ...firstPage });
export const lettersQuery = infiniteQueryOptions({ queryKey: ["tray"], queryFn: ({ pageParam }) => listLetters(pageParam), ...firstPage, refetchOnMount: "always" });
export const quarantineQuery = infiniteQueryOptions({ queryKey: ["quarantine"], queryFn: ({ pageParam }) => listQuarantine(pageParam), ...firstPage });
export const departuresQuery = infiniteQueryOptions({ queryKey: ["departures"], queryFn: ({ pageParam }) => listDepartures(pageParam), ...firstPage, refetchOnMount: "always" });
export const wouldLeaveQuery = (ticketId: string) => queryOptions({ queryKey: ["leaving", ticketId], queryFn: () => getWouldLeave(ticketId), refetchOnMount: "always", staleTime: 0 });
export const auditQuery = (filter: { kind?: string }) =>
  infiniteQueryOptions({ queryKey: ["audit", filter], queryFn: ({ pageParam }) => listAudit(filter, pageParam), ...firstPage, refetchOnMount: "always" });
export const calibrationQuery = (days: number) => queryOptions({ queryKey: ["calibration", days], queryFn: () => getCalibration(days), refetchOnMount: "always" });
export const correctionsQuery = infiniteQueryOptions({ queryKey: ["corrections"], queryFn: ({ pageParam }) => listCorrections(pageParam), ...firstPage, refetchOnMount: "always" });
export const modelsQuery = queryOptions({ queryKey: ["models"], queryFn: listModels });
/** Asked every second while a training waits or runs. */
export const trainingQuery = queryOptions({
  queryKey: ["training"], queryFn: getTraining, refetchOnMount: "always",
  refetchInterval: ({ state }) => (state.data && state.data.state !== "failed" ? 1000 : false),
});
export const colleaguesQuery = queryOptions({ queryKey: ["colleagues"], queryFn: listColleagues });
export const policiesQuery = queryOptions({ queryKey: ["policies"], queryFn: listPolicies, refetchOnMount: "always" });
export const policyQuery = (kind: PolicyKind, key: string) => queryOptions({ queryKey: ["policy", kind, key], queryFn: () => getPolicy(kind, key), refetchOnMount: "always" });
/** Open tickets that would be sorted otherwise under the policy as it is now. */
export const openTicketsQuery = (kind: PolicyKind, key: string) => queryOptions({ queryKey: ["open-tickets", kind, key], queryFn: () => openTickets(kind, key), refetchOnMount: "always" });
/** Open tickets with a draft, for trying a voice on. */
export const draftedQuery = queryOptions({
  queryKey: ["drafted"], refetchOnMount: "always",
  queryFn: () => listTickets({ view: "inbox" }, undefined, 100).then((page) => page.items.filter((one) => one.draft === "ready")),
});
export const policyVersionQuery = (kind: PolicyKind, key: string, version: number) =>
  queryOptions({ queryKey: ["policy", kind, key, version], queryFn: () => getPolicyVersion(kind, key, version), staleTime: Infinity });
/** Asked every two seconds until there is a first count. */
const untilCounted = { refetchOnMount: "always" as const, refetchInterval: ({ state }: { state: { data?: { state: string } | undefined } }) => (state.data?.state === "counting" ? 2000 : 60_000) };
export const patternsQuery = queryOptions({ queryKey: ["patterns"], queryFn: listPatterns, ...untilCounted });
export const gapsQuery = queryOptions({ queryKey: ["gaps"], queryFn: listGaps, ...untilCounted });
export const patternQuery = (id: string) => queryOptions({ queryKey: ["pattern", id], queryFn: () => getPattern(id) });
/** Tasks are derived on each request; a minute's delay is no loss. */
/** Under the ticket's key, so that whatever happens on it refreshes both. */
export const standingQuery = (ticketId: string) => queryOptions({ queryKey: ["ticket", ticketId, "standing"], queryFn: () => getStanding(ticketId), refetchInterval: 60_000 });
export const packageQuery = (ticketId: string, receiver: string | null) => queryOptions({ queryKey: ["ticket", ticketId, "package", receiver], queryFn: () => getPackage(ticketId, receiver) });
export const escalationsQuery = queryOptions({ queryKey: ["escalations"], queryFn: listEscalations, refetchInterval: 20_000 });
export const repetitionsQuery = (ticketId: string, body: string) => queryOptions({ queryKey: ["repetitions", ticketId, body], queryFn: () => findRepetitions(ticketId, body), retry: false });
/** Asked once for each opening of a page: the look that follows would make it empty. */
export const handOverQuery = (ticketId: string) => queryOptions({ queryKey: ["hand-over", ticketId], queryFn: () => getHandOver(ticketId), staleTime: Infinity, gcTime: 0, retry: false });
export const snoozeTimesQuery = (ticketId: string) => queryOptions({ queryKey: ["snooze-times", ticketId], queryFn: () => getSnoozeTimes(ticketId), staleTime: 0 });
export const morningQuery = queryOptions({ queryKey: ["morning"], queryFn: getMorning, refetchInterval: 60_000 });
export const tasksQuery = queryOptions({ queryKey: ["tasks"], queryFn: listTasks, refetchInterval: 60_000 });

/** The signed-in session; only for pages below the shell, which shows the sign-in page without one. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error("no session");
  return data;
}
export const useDesk = (): Desk => useSession().desk;

/** Changes a ticket in the cache and returns how to take it back. */
export function patchTicket(id: string, change: (ticket: TicketPage) => TicketPage): () => void {
  const key = ticketQuery(id).queryKey;
  const before = queryClient.getQueryData(key);
  if (before) queryClient.setQueryData(key, change(before));
  return () => {
    if (before) queryClient.setQueryData(key, before);
  };
}

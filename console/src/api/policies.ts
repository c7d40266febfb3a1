import { call } from "./http";
import type { Colleague, DryRun, Moved, OpenTickets, Restored, Policy, PolicyKind, PolicyLine, PolicyText, Voices } from "./types";

export interface NewPolicy { body: string; owner: string; review_by: string; note: string }

const at = (kind: PolicyKind, key: string) => `/policies/${kind}/${encodeURIComponent(key)}`;

export const listPolicies = () => call<{ items: PolicyLine[] }>("GET", "/policies").then((list) => list.items);
export const getPolicy = (kind: PolicyKind, key: string) => call<Policy>("GET", at(kind, key));
export const getPolicyVersion = (kind: PolicyKind, key: string, version: number) => call<PolicyText>("GET", `${at(kind, key)}/versions/${version}`);
export const savePolicy = (kind: PolicyKind, key: string, version: number, policy: NewPolicy) => call<Policy>("PUT", at(kind, key), { body: policy, revision: version });
export const tryPolicy = (kind: PolicyKind, key: string, body: string) => call<DryRun>("POST", `${at(kind, key)}/dry-run`, { body: { body } });
export const openTickets = (kind: PolicyKind, key: string) => call<OpenTickets>("GET", `${at(kind, key)}/open-tickets`);
export const sortOpen = (kind: PolicyKind, key: string, tickets: string[]) => call<Moved>("POST", `${at(kind, key)}/open-tickets`, { body: { tickets } });
export const undoSortOpen = (kind: PolicyKind, key: string) => call<Restored>("POST", `${at(kind, key)}/open-tickets/undo`);
/** One ticket's draft in every voice; `tried` is a text that nobody saved yet. */
export const previewVoices = (ticket: string, tried: { key: string; body: string }) => call<Voices>("POST", `/tickets/${ticket}/voices`, { body: tried });
export const listColleagues = () => call<{ items: Colleague[] }>("GET", "/agents").then((list) => list.items);

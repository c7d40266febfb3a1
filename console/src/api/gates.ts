import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { Gate, Gates, Policy, PolicyKind, Shadow } from "./types";

const isWaiting = (gates?: Gates) => gates?.items.some((one) => one.state === "waiting") ?? false;

export const gatesQuery = queryOptions({ queryKey: ["gates"], queryFn: () => call<Gates>("GET", "/gates"), refetchOnMount: "always", refetchInterval: (query) => (isWaiting(query.state.data) ? 1_000 : 10_000) });
export const gateQuery = (id: string, at: string) => queryOptions({ queryKey: ["gate", id, at], queryFn: () => call<Gate>("GET", `/gates/${id}`), refetchOnMount: "always" });
export const promoteGate = (id: string, reason: string) => call<undefined>("POST", `/gates/${id}/promotion`, { body: { reason } });
export const askModelToo = () => call<undefined>("POST", "/gates/model-run");
export const withdrawGate = (id: string) => call<undefined>("POST", `/gates/${id}/withdrawal`);
export const rollBack = (kind: PolicyKind, key: string) => call<Policy>("POST", `/policies/${kind}/${encodeURIComponent(key)}/rollback`);

export const shadowQuery = queryOptions({ queryKey: ["shadow"], queryFn: () => call<Shadow>("GET", "/shadow"), refetchOnMount: "always", refetchInterval: 10_000 });
export const promoteCandidate = (reason: string) => call<undefined>("POST", "/shadow/promotion", { body: { reason } });
export const rollBackModel = () => call<undefined>("POST", "/shadow/rollback");

import { queryOptions } from "@tanstack/react-query";
import type { FailureKind } from "../text/failures";
import { call } from "./http";
import type { EvalCase, EvalCaseLine, EvalCaseState, EvalSeverity, List } from "./types";

export const evalCasesQuery = (state: EvalCaseState) => queryOptions({ queryKey: ["eval-cases", state], queryFn: () => call<List<EvalCaseLine>>("GET", `/eval-cases?state=${state}`), refetchOnMount: "always", refetchInterval: 5_000 });
export const evalCaseQuery = (id: string) => queryOptions({ queryKey: ["eval-case", id], queryFn: () => call<EvalCase>("GET", `/eval-cases/${id}`), refetchOnMount: "always" });
export const takeEvalCase = (ticketId: string, failure: FailureKind, severity: EvalSeverity) => call<EvalCase>("POST", `/tickets/${ticketId}/eval-case`, { body: { failure, severity } });
export const approveEvalCase = (id: string, text: string) => call<undefined>("POST", `/eval-cases/${id}/approval`, { body: { text } });
export const joinEvalCase = (id: string, into: string) => call<undefined>("POST", `/eval-cases/${id}/join`, { body: { into } });
export const partEvalCase = (id: string) => call<undefined>("DELETE", `/eval-cases/${id}/join`);
export const challengeEvalCase = (id: string, reason: string) => call<undefined>("POST", `/eval-cases/${id}/challenge`, { body: { reason } });
export const keepEvalCase = (id: string) => call<undefined>("DELETE", `/eval-cases/${id}/challenge`);
export const retireEvalCase = (id: string, reason: string) => call<undefined>("POST", `/eval-cases/${id}/retirement`, { body: { reason } });

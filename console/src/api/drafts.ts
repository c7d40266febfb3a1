import { attentionTo } from "../composer/attention";
import type { FailureKind } from "../text/failures";
import { call } from "./http";
import type { Approved, Draft, OfferedRewrite, Provenance, RewriteTool, Sealed, StatusAfter } from "./types";

/** `aside` names the open draft with one's own words that the machine's may take the place of. */
export const createDraft = (ticketId: string, origin: Draft["origin"], aside?: string) =>
  call<Draft>("POST", `/tickets/${ticketId}/drafts`, { body: { origin, aside } });
export const saveDraft = (id: string, body: string, revision: number) => call<Draft>("PUT", `/drafts/${id}`, { body: { body }, revision });
/** Offsets count Unicode scalar values. */
export const offerRewrite = (id: string, revision: number, tool: RewriteTool, start: number, end: number) =>
  call<OfferedRewrite>("POST", `/drafts/${id}/rewrites`, { body: { tool, start, end }, revision });
export const takeRewrite = (id: string, revision: number, { tool, start, end, after, made_by, exchange_id, mark }: OfferedRewrite) =>
  call<Draft>("POST", `/drafts/${id}/rewrites/taken`, { body: { tool, start, end, after, made_by, exchange_id, mark }, revision });
export const sealDraft = (id: string) => call<Sealed>("POST", `/drafts/${id}/seal`);

/** What a person says with their yes. */
export interface Yes { statusAfter: StatusAfter; acknowledged: string[]; notes: Record<string, string>; sendAt: string | null; confirm: () => Promise<void> }

/** The key is the sealed view's own token, so that a repeated request can never send twice. */
export const approveDraft = (id: string, sealed: Sealed, yes: Yes) =>
  call<Approved>("POST", `/drafts/${id}/approval`, {
    body: { token: sealed.token, digest: sealed.digest, status_after: yes.statusAfter, acknowledged: yes.acknowledged, notes: yes.notes, send_at: yes.sendAt, ...attentionTo(id) },
    idempotencyKey: sealed.token,
  });
/** No reason is asked for; one may follow. */
export const rejectDraft = (id: string, why?: FailureKind) => call<void>("POST", `/drafts/${id}/rejection`, { body: { why } });
export const getProvenance = (approvalId: string) => call<Provenance>("GET", `/approvals/${approvalId}/provenance`);
export const takeBackFirst = (id: string) => call<void>("DELETE", `/drafts/${id}/first-approval`);
export const undoApproval = (id: string) => call<{ ticket_id: string; draft_id: string }>("DELETE", `/approvals/${id}`);

/** What a person found out about a letter whose fate no program knows. It is never sent again by itself. */
export const settleDelivery = (outboxId: string, verdict: "sent" | "not_sent") => call<void>("POST", `/outbox/${outboxId}/verdict`, { body: { verdict } });

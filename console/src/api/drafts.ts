import { call } from "./http";
import type { Approved, Draft, Sealed, StatusAfter } from "./types";

/** `aside` names the open draft with one's own words that the machine's may take the place of. */
export const createDraft = (ticketId: string, origin: Draft["origin"], aside?: string) =>
  call<Draft>("POST", `/tickets/${ticketId}/drafts`, { body: { origin, aside } });
export const saveDraft = (id: string, body: string, revision: number) => call<Draft>("PUT", `/drafts/${id}`, { body: { body }, revision });
export const sealDraft = (id: string) => call<Sealed>("POST", `/drafts/${id}/seal`);

/** The key is the sealed view's own token, so that a repeated request can never send twice. */
export const approveDraft = (id: string, sealed: Sealed, statusAfter: StatusAfter, acknowledged: string[]) =>
  call<Approved>("POST", `/drafts/${id}/approval`, {
    body: { token: sealed.token, digest: sealed.digest, status_after: statusAfter, acknowledged },
    idempotencyKey: sealed.token,
  });
export const undoApproval = (id: string) => call<{ ticket_id: string; draft_id: string }>("DELETE", `/approvals/${id}`);

/** What a person found out about a letter whose fate no program knows. It is never sent again by itself. */
export const settleDelivery = (outboxId: string, verdict: "sent" | "not_sent") => call<void>("POST", `/outbox/${outboxId}/verdict`, { body: { verdict } });

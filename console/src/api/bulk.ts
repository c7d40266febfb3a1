import { queryOptions } from "@tanstack/react-query";
import { call } from "./http";
import type { BulkApproved, BulkLine, BulkReply, List, SealedBulk, SealedLetter, StatusAfter } from "./types";

export const prepareBulk = (tickets: string[], text: string) => call<BulkReply>("POST", "/bulk-replies", { body: { tickets, text }, idempotencyKey: crypto.randomUUID() });
export const sealBulk = (id: string) => call<SealedBulk>("POST", `/bulk-replies/${id}/seal`);
export const noteReading = (letter: SealedLetter) => call<void>("PUT", `/drafts/${letter.draft_id}/reading`, { body: { digest: letter.digest } });
export const stopBulk = (id: string) => call<BulkReply>("POST", `/bulk-replies/${id}/stop`);
export const discardBulk = (id: string) => call<void>("DELETE", `/bulk-replies/${id}`);

/** The key is the first letter's own token, so that a repeated request can never send twice. */
export const approveBulk = (id: string, sealed: SealedBulk, counted: number, statusAfter: StatusAfter) =>
  call<BulkApproved>("POST", `/bulk-replies/${id}/approval`, {
    body: { counted, status_after: statusAfter, letters: sealed.letters.map(({ draft_id, token, digest }) => ({ draft_id, token, digest })) },
    idempotencyKey: sealed.letters[0]?.token ?? id,
  });

/** Asked every second while letters leave. */
export const bulkQuery = (id: string) =>
  queryOptions({
    queryKey: ["bulk", id],
    queryFn: () => call<BulkReply>("GET", `/bulk-replies/${id}`),
    refetchInterval: (query) => (query.state.data?.stage === "leaving" ? 1000 : false),
    refetchOnMount: "always",
  });
export const bulksQuery = queryOptions({ queryKey: ["bulks"], queryFn: () => call<List<BulkLine>>("GET", "/bulk-replies"), refetchOnMount: "always" });

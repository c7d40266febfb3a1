// What can still be taken back, newest on top: accepting an understanding must not hide a letter whose
// time is still running. Kept over a reload of the page, because that time runs on the server.
import { useSyncExternalStore } from "react";
import { answerPromise, bringBack, putOff, undoMerge, undoSplit } from "../api/attention";
import { undoApproval } from "../api/drafts";
import { undoSortOpen } from "../api/policies";
import { changeSeen, getTicket, type TicketChange } from "../api/tickets";
import { undoMore, undoVerdict } from "../api/triage";
import type { PolicyKind } from "../api/types";

export type Undo = { until: number; ticketId: string; number: number } & (
  | { kind: "letter"; approvalId: string }
  | { kind: "change"; label: string; back: TicketChange }
  | { kind: "snooze"; label: string; before: { until: string | null } | null }
  | { kind: "merge"; label: string }
  | { kind: "split"; label: string }
  | { kind: "promise"; label: string; promiseId: string }
  | { kind: "verdict"; label: string; verdictId: string }
  | { kind: "more"; label: string; verdictId: string }
  | { kind: "sorted"; label: string; policy: [PolicyKind, string] }
);

/** Milliseconds in which an answer to the machine can be taken back from the bar; afterwards on the insights page. */
export const verdictTime = 60_000;

const place = "countersign.undo";
const listeners = new Set<() => void>();
let stack: Undo[] = restore();

function restore(): Undo[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(place) ?? "[]") as Undo[];
    return Array.isArray(kept) ? kept.filter((undo) => undo.until > Date.now()) : [];
  } catch {
    return [];
  }
}

function keep(next: Undo[]): void {
  stack = next;
  sessionStorage.setItem(place, JSON.stringify(stack));
  listeners.forEach((listener) => listener());
}

export const offerUndo = (undo: Undo): void => keep([...stack, undo]);
export const dropUndo = (undo: Undo): void => keep(stack.filter((one) => one !== undo));
export const clearUndo = (): void => keep([]);

/** The newest thing whose time is not over. */
export function useUndo(): Undo | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => stack.at(-1) ?? null,
  );
}

/** Takes it back on the server. */
export async function performUndo(undo: Undo): Promise<void> {
  if (undo.kind === "letter") await undoApproval(undo.approvalId);
  else if (undo.kind === "snooze") await (undo.before ? putOff(undo.ticketId, undo.before.until) : bringBack(undo.ticketId));
  else if (undo.kind === "merge") await undoMerge(undo.ticketId);
  else if (undo.kind === "split") await undoSplit(undo.ticketId);
  else if (undo.kind === "promise") await answerPromise(undo.ticketId, undo.promiseId, "confirmed");
  else if (undo.kind === "verdict") await undoVerdict(undo.verdictId);
  else if (undo.kind === "more") await undoMore(undo.verdictId);
  else if (undo.kind === "sorted") await undoSortOpen(...undo.policy);
  else await changeSeen(await getTicket(undo.ticketId), undo.back);
}

// The last thing that can be taken back. A sent letter survives a reload of the page, because its
// time to come back runs on the server.
import { useSyncExternalStore } from "react";
import { undoApproval } from "../api/drafts";
import { changeTicket, getTicket, type TicketChange } from "../api/tickets";

export type Undo = { until: number; ticketId: string; number: number } & (
  | { kind: "letter"; approvalId: string }
  | { kind: "change"; label: string; back: TicketChange }
);

const place = "countersign.undo";
const listeners = new Set<() => void>();
let current: Undo | null = restore();

function restore(): Undo | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(place) ?? "null") as Undo | null;
    return kept && kept.until > Date.now() ? kept : null;
  } catch {
    return null;
  }
}

export function offerUndo(undo: Undo | null): void {
  current = undo;
  if (undo) sessionStorage.setItem(place, JSON.stringify(undo));
  else sessionStorage.removeItem(place);
  listeners.forEach((listener) => listener());
}

export function useUndo(): Undo | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => current,
  );
}

/** Takes it back on the server. */
export async function performUndo(undo: Undo): Promise<void> {
  if (undo.kind === "letter") {
    await undoApproval(undo.approvalId);
  } else {
    const { revision } = await getTicket(undo.ticketId);
    await changeTicket(undo.ticketId, revision, undo.back);
  }
}

// What was typed and has not reached the server yet, kept on this device.
export interface Kept { body: string; revision: number }

const place = (draftId: string): string => `countersign.draft.${draftId}`;

export function keep(draftId: string, kept: Kept): void {
  try {
    localStorage.setItem(place(draftId), JSON.stringify(kept));
  } catch {
    // A full or forbidden storage must not stop anyone from typing; the server copy follows.
  }
}

export function kept(draftId: string): Kept | null {
  try {
    const shape = JSON.parse(localStorage.getItem(place(draftId)) ?? "null") as Kept | null;
    return shape && typeof shape.body === "string" ? shape : null;
  } catch {
    return null;
  }
}

export const forget = (draftId: string): void => localStorage.removeItem(place(draftId));

// One's own text that made room for a fresh draft: it stands ready until it is taken back or let go.
const aside = (ticketId: string): string => `countersign.aside.${ticketId}`;

export function setAside(ticketId: string, body: string): void {
  try {
    localStorage.setItem(aside(ticketId), body);
  } catch {
    // The server keeps it among the draft's revisions as well.
  }
}
export const asideText = (ticketId: string): string | null => localStorage.getItem(aside(ticketId));
export const letGo = (ticketId: string): void => localStorage.removeItem(aside(ticketId));

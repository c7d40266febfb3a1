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

import { useSyncExternalStore } from "react";

// Tickets that a person chose in lists, for one reply to many. They live as long as the page does.
let chosen: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => { listeners.add(listener); return () => { listeners.delete(listener); }; };

function put(next: ReadonlySet<string>): void {
  chosen = next;
  listeners.forEach((listener) => listener());
}

export const useChosen = (): ReadonlySet<string> => useSyncExternalStore(subscribe, () => chosen);
export const chooseNone = (): void => put(new Set());
export const chooseAll = (ids: string[]): void => put(new Set([...chosen, ...ids]));
export function toggleChosen(id: string): void {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  put(next);
}

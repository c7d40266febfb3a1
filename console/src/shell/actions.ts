// Which actions can run right now. A component that can do something says so with useAction; keys,
// palette and overlay find it here. The last one mounted wins.
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { actions, type ActionId, defaultKeymap, type Keymap } from "../keys";

const handlers = new Map<ActionId, { current: () => void }[]>();
const listeners = new Set<() => void>();
const place = "countersign.keys";
let version = 0;
let keymap: Keymap = { ...defaultKeymap, ...readKeymap() };

function readKeymap(): Partial<Keymap> {
  try {
    return JSON.parse(localStorage.getItem(place) ?? "{}") as Partial<Keymap>;
  } catch {
    return {};
  }
}

function changed(): void {
  version += 1;
  listeners.forEach((listener) => listener());
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Offers an action while the component is mounted and `enabled`: from the moment it is on the page, so that no key pressed at the sight of it is lost. */
export function useAction(id: ActionId, handler: () => void, enabled = true): void {
  const latest = useRef(handler);
  latest.current = handler;
  useLayoutEffect(() => {
    if (!enabled) return;
    const stack = handlers.get(id) ?? [];
    handlers.set(id, [...stack, latest]);
    changed();
    return () => {
      handlers.set(id, (handlers.get(id) ?? []).filter((one) => one !== latest));
      changed();
    };
  }, [id, enabled]);
}

export const isAvailable = (id: ActionId): boolean => (handlers.get(id) ?? []).length > 0;

/** Runs an action; false when nothing on the page offers it. */
export function runAction(id: ActionId): boolean {
  const handler = handlers.get(id)?.at(-1);
  handler?.current();
  return handler !== undefined;
}

/** Redraws when the set of available actions or the keymap changes. */
export function useActions(): { keymap: Keymap; available: ActionId[] } {
  useSyncExternalStore(subscribe, () => version);
  return { keymap, available: actions.map((action) => action.id).filter(isAvailable) };
}

export const currentKeymap = (): Keymap => keymap;

export function setKey(id: ActionId, key: string | null): void {
  keymap = { ...keymap, [id]: key ?? defaultKeymap[id] };
  const own = Object.fromEntries(actions.filter((a) => keymap[a.id] !== a.key).map((a) => [a.id, keymap[a.id]]));
  localStorage.setItem(place, JSON.stringify(own));
  changed();
}

// One catalogue per language with the same keys. The language is chosen once for the whole page;
// switching it redraws the tree (see main.tsx), so that reading a string is a plain function call.
import { useSyncExternalStore } from "react";
import { de } from "./de";
import { en } from "./en";

export type StringKey = keyof typeof en;
export type Strings = Record<StringKey, string>;
export type Language = "en" | "de";

export const catalogues: Record<Language, Strings> = { en, de };
const place = "countersign.language";
const listeners = new Set<() => void>();
let current: Language = first();

function first(): Language {
  if (typeof localStorage === "undefined") return "en";
  const chosen = localStorage.getItem(place);
  if (chosen === "en" || chosen === "de") return chosen;
  return navigator.language.toLowerCase().startsWith("de") ? "de" : "en";
}

export const language = (): Language => current;

export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(place, next);
  document.documentElement.lang = next;
  listeners.forEach((listener) => listener());
}

export function useLanguage(): Language {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, language);
}

/** The string for a key, with `{name}` slots filled. A slot without a value stays visible: it is a defect. */
export function t(key: StringKey, slots: Record<string, string | number> = {}): string {
  return catalogues[current][key].replace(/\{(\w+)\}/g, (whole, name: string) => (name in slots ? String(slots[name]) : whole));
}

/** A string for a word the server chose from a closed list; the word itself when it is new to this console. */
export function word(group: string, value: string): string {
  const key = `${group}.${value}`;
  return key in catalogues[current] ? catalogues[current][key as StringKey] : value.replaceAll("_", " ");
}

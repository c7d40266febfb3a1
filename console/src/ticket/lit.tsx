// What is lit right now: a sentence of the draft with its sources, a source with its sentences, or
// quoted words in a message. Pointing lights; a click or the keyboard keeps it lit.
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { sawSources } from "../composer/attention";

export type Lit =
  | { kind: "sentence"; index: number; citations: number[] }
  | { kind: "citation"; citation: number }
  | { kind: "words"; messageId: string; start: number; end: number };

interface Light { lit: Lit | null; kept: Lit | null; point: (lit: Lit | null) => void; keep: (lit: Lit | null) => void }

const LightContext = createContext<Light>({ lit: null, kept: null, point: () => undefined, keep: () => undefined });

export function LightProvider({ children }: { children: ReactNode }) {
  const [pointed, point] = useState<Lit | null>(null);
  const [kept, setKept] = useState<Lit | null>(null);
  const keep = useCallback((lit: Lit | null) => {
    if (lit?.kind === "sentence") sawSources(lit.citations);
    if (lit?.kind === "citation") sawSources([lit.citation]);
    setKept(lit);
  }, []);
  const value = useMemo(() => ({ lit: pointed ?? kept, kept, point, keep }), [pointed, kept, keep]);
  return <LightContext.Provider value={value}>{children}</LightContext.Provider>;
}

export const useLight = (): Light => useContext(LightContext);

export const isCitationLit = (lit: Lit | null, citation: number): boolean =>
  lit !== null && ((lit.kind === "citation" && lit.citation === citation) || (lit.kind === "sentence" && lit.citations.includes(citation)));

export const isSentenceLit = (lit: Lit | null, index: number, citations: number[]): boolean =>
  lit !== null && ((lit.kind === "sentence" && lit.index === index) || (lit.kind === "citation" && citations.includes(lit.citation)));

import type { Sentence } from "../api/types";
import { toIndices } from "./offsets";

/** A run of the draft: a known sentence, or words the last saved revision does not know yet. */
export interface Run { text: string; sentence: number | null }

/** Cuts a saved draft body into its sentences and what lies between them. */
export function savedRuns(body: string, sentences: Sentence[]): Run[] {
  const indices = toIndices(body, sentences.flatMap((s) => [s.start, s.end]));
  return fill(body, sentences.map((_, i) => ({ sentence: i, from: indices[2 * i] ?? 0, to: indices[2 * i + 1] ?? 0 })));
}

/** While a person types, sentences that still stand word for word keep their marks; the rest is the person's. */
export function typedRuns(body: string, sentences: Sentence[]): Run[] {
  const placed: { sentence: number; from: number; to: number }[] = [];
  let at = 0;
  sentences.forEach((sentence, i) => {
    const from = sentence.text ? body.indexOf(sentence.text, at) : -1;
    if (from < 0) return;
    at = from + sentence.text.length;
    placed.push({ sentence: i, from, to: at });
  });
  return fill(body, placed);
}

function fill(body: string, placed: { sentence: number; from: number; to: number }[]): Run[] {
  const runs: Run[] = [];
  let at = 0;
  for (const { sentence, from, to } of placed) {
    if (from < at || to <= from) continue;
    if (from > at) runs.push({ text: body.slice(at, from), sentence: null });
    runs.push({ text: body.slice(from, to), sentence });
    at = to;
  }
  if (at < body.length) runs.push({ text: body.slice(at), sentence: null });
  return runs;
}

/** The sentence a caret stands in, or null. */
export function sentenceAt(runs: Run[], caret: number): number | null {
  let at = 0;
  for (const run of runs) {
    at += run.text.length;
    if (caret <= at) return run.sentence;
  }
  return null;
}

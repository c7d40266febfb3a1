import { diffLines } from "diff";

export interface DiffLine { op: "same" | "added" | "removed"; text: string }

/** Two texts line by line; long stretches of sameness are cut to `context` lines on either side (null marks the cut). */
export function difference(before: string, after: string, context = 2): (DiffLine | null)[] {
  const all: DiffLine[] = diffLines(closed(before), closed(after)).flatMap((part) =>
    part.value.replace(/\n$/, "").split("\n").map((text) => ({ op: part.added ? "added" as const : part.removed ? "removed" as const : "same" as const, text })));
  const near = all.map((_, i) => all.slice(Math.max(0, i - context), i + context + 1).some((line) => line.op !== "same"));
  return all.flatMap((line, i) => (near[i] ? [line] : i === 0 || near[i - 1] ? [null] : []));
}

const closed = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

/** Where a line (from 1) begins and ends in a text. */
export function placeOfLine(text: string, line: number): [number, number] {
  const lines = text.split("\n");
  const at = Math.max(0, Math.min(lines.length - 1, line - 1));
  const start = lines.slice(0, at).reduce((sum, one) => sum + one.length + 1, 0);
  return [start, start + (lines[at] ?? "").length];
}

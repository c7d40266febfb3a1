// Passages are kept as the Markdown their offsets count in. This reads just enough of it to show
// bold, code, lists and tables lightly, and keeps for every shown word its place in the raw text.
// Deliberately absent: links, images and HTML. What is not understood is shown as written.

/** A stretch of shown text: raw[start..end), UTF-16 indices. */
export interface Run { start: number; end: number; style: "plain" | "bold" | "italic" | "code" }
export type Block =
  | { kind: "paragraph" | "heading" | "code"; runs: Run[] }
  | { kind: "item"; runs: Run[]; marker: string; depth: number }
  | { kind: "table"; rows: Run[][][] };

const inlineShape = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\([^)\s]*\)/g;

/** The shown runs of raw[from..to), marks left out. */
export function inline(raw: string, from: number, to: number): Run[] {
  const runs: Run[] = [];
  const push = (start: number, end: number, style: Run["style"]) => { if (end > start) runs.push({ start, end, style }); };
  let at = from;
  for (const found of raw.slice(from, to).matchAll(inlineShape)) {
    const start = from + found.index;
    const [whole, code, bold, italic, link] = found;
    push(at, start, "plain");
    if (code !== undefined) push(start + 1, start + 1 + code.length, "code");
    else if (bold !== undefined) push(start + 2, start + 2 + bold.length, "bold");
    else if (italic !== undefined) push(start + 1, start + 1 + italic.length, "italic");
    else if (link !== undefined) push(start + 1, start + 1 + link.length, "plain");
    at = start + whole.length;
  }
  push(at, to, "plain");
  return runs;
}

/** The cells of a table's line, each with its place. */
function cells(raw: string, from: number, to: number): Run[][] {
  const result: Run[][] = [];
  let at = from + raw.slice(from, to).indexOf("|") + 1;
  while (at < to) {
    const bar = raw.indexOf("|", at);
    const end = bar === -1 || bar > to ? to : bar;
    const cell = raw.slice(at, end);
    if (end < to || cell.trim() !== "") {
      const start = at + (cell.length - cell.trimStart().length);
      result.push(inline(raw, start, Math.max(start, end - (cell.length - cell.trimEnd().length))));
    }
    at = end + 1;
  }
  return result;
}

/** Cuts raw Markdown into blocks, line by line. */
export function blocks(raw: string): Block[] {
  const result: Block[] = [];
  let isFenced = false;
  let isOpen = false;
  let begun = 0;
  let from = 0;
  for (const line of raw.split("\n")) {
    const to = from + line.length;
    const previous = isOpen ? result.at(-1) : undefined;
    const item = /^(\s*)([-*+]|\d{1,3}[.)])\s+/.exec(line);
    const heading = /^#{1,6}\s+/.exec(line);
    isOpen = true;
    if (/^\s*```/.test(line)) {
      isFenced = !isFenced;
      isOpen = false;
    } else if (isFenced) {
      if (previous?.kind === "code") previous.runs.push({ start: from - 1, end: to, style: "code" });
      else result.push({ kind: "code", runs: [{ start: from, end: to, style: "code" }] });
    } else if (line.trim() === "") {
      isOpen = false;
    } else if (/^\s*\|/.test(line)) {
      const isRule = /^[\s|:-]+$/.test(line);
      if (previous?.kind !== "table") result.push({ kind: "table", rows: isRule ? [] : [cells(raw, from, to)] });
      else if (!isRule) previous.rows.push(cells(raw, from, to));
    } else if (heading) {
      result.push({ kind: "heading", runs: inline(raw, from + heading[0].length, to) });
      isOpen = false;
    } else if (item) {
      const bullet = item[2] ?? "";
      begun = from + item[0].length;
      result.push({ kind: "item", runs: inline(raw, begun, to), marker: /\d/.test(bullet) ? bullet : "•", depth: Math.min(3, Math.floor((item[1] ?? "").length / 2)) });
    } else if (previous?.kind === "paragraph" || previous?.kind === "item") {
      // A wrapped line goes on in the block above, and so may a mark.
      previous.runs = inline(raw, begun, to);
    } else {
      begun = from;
      result.push({ kind: "paragraph", runs: inline(raw, from, to) });
    }
    from = to + 1;
  }
  return result;
}

const runsOf = (block: Block): Run[] => (block.kind === "table" ? block.rows.flat(2) : block.runs);

/** Where the shown words of `quote` stand in the raw text, whatever marks and line ends lie between; null when they do not. */
export function findQuote(raw: string, quote: string): [number, number] | null {
  let shown = "";
  const places: number[] = [];
  for (const block of blocks(raw)) {
    for (const run of runsOf(block)) {
      for (let i = run.start; i < run.end; i += 1) {
        const unit = raw[i] ?? "";
        if (/\s/.test(unit)) continue;
        shown += unit;
        places.push(i);
      }
    }
  }
  const wanted = quote.replace(/\s+/g, "");
  const at = wanted.length < 8 ? -1 : shown.indexOf(wanted);
  const [start, end] = [places[at], places[at + wanted.length - 1]];
  return start === undefined || end === undefined ? null : [start, end + 1];
}

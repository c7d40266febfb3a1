// The API counts in Unicode scalar values; JavaScript strings index UTF-16 units. One emoji in a
// customer's mail would otherwise shift every highlight after it.

/** Converts a sorted or unsorted list of scalar offsets to UTF-16 indices in one pass over the text. */
export function toIndices(text: string, offsets: number[]): number[] {
  const order = offsets.map((offset, at) => ({ offset, at })).sort((a, b) => a.offset - b.offset);
  const result = new Array<number>(offsets.length).fill(text.length);
  let scalar = 0;
  let index = 0;
  for (const { offset, at } of order) {
    while (scalar < offset && index < text.length) {
      index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
      scalar += 1;
    }
    result[at] = index;
  }
  return result;
}

/** How many scalar values stand before a UTF-16 index. */
export const scalars = (text: string, index: number): number => [...text.slice(0, index)].length;

export interface Mark { start: number; end: number; tag: string }
export interface Segment { text: string; tags: string[] }

/** Cuts text at the borders of the marks (scalar offsets). Marks may overlap; empty and reversed ones are dropped. */
export function segments(text: string, marks: Mark[]): Segment[] {
  const indices = toIndices(text, marks.flatMap((mark) => [mark.start, mark.end]));
  const placed = marks
    .map((mark, i) => ({ tag: mark.tag, start: indices[2 * i] ?? 0, end: indices[2 * i + 1] ?? 0 }))
    .filter((mark) => mark.end > mark.start);
  const borders = [...new Set([0, text.length, ...placed.flatMap((mark) => [mark.start, mark.end])])].sort((a, b) => a - b);
  const result: Segment[] = [];
  for (let i = 0; i + 1 < borders.length; i += 1) {
    const from = borders[i] ?? 0;
    const to = borders[i + 1] ?? 0;
    const tags = placed.filter((mark) => mark.start <= from && mark.end >= to).map((mark) => mark.tag);
    result.push({ text: text.slice(from, to), tags });
  }
  return result;
}

/** Where a quote stands, in scalar offsets; null when the text does not hold it. Case and runs of blanks do not count. */
export function placeOf(text: string, quote: string): { start: number; end: number } | null {
  const words = quote.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = words.length > 0 ? new RegExp(words.join("\\s+"), "iu").exec(text) : null;
  if (!found) return null;
  const start = [...text.slice(0, found.index)].length;
  return { start, end: start + [...found[0]].length };
}

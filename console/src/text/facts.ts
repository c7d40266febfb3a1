/**
 * Facts as the customer wrote them: the machine keeps them folded to lower case and cut at spaces,
 * a reader wants "FH-2026-11-00417" and "GB 482 1190 36". What is not found stays as it is.
 */
export function asWritten(facts: string[], text: string): string[] {
  const low = text.toLowerCase();
  const found: { start: number; end: number }[] = [];
  const lost: string[] = [];
  for (const fact of new Set(facts)) {
    const start = placeOf(fact.toLowerCase(), low);
    if (start === -1 || low.length !== text.length) lost.push(fact);
    else found.push({ start, end: start + fact.length });
  }
  found.sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number }[] = [];
  for (const one of found) {
    const last = joined.at(-1);
    if (last && /^[ ]?$/.test(text.slice(last.end, one.start))) last.end = Math.max(last.end, one.end);
    else if (!last || one.start >= last.end) joined.push(one);
  }
  return [...new Set([...joined.map(({ start, end }) => text.slice(start, end)), ...lost])];
}

/** The first place where the words stand on their own. */
function placeOf(fact: string, text: string): number {
  const isPart = (unit: string | undefined) => unit !== undefined && /[\p{L}\p{N}]/u.test(unit);
  for (let at = text.indexOf(fact); at !== -1; at = text.indexOf(fact, at + 1)) {
    if (!isPart(text[at - 1]) && !isPart(text[at + fact.length])) return at;
  }
  return -1;
}

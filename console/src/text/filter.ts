import type { TicketFilter } from "../api/tickets";

const names: Record<string, keyof TicketFilter> = { is: "status", status: "status", queue: "queue", category: "category", risk: "risk" };

/** Reads `is:open queue:billing late invoice` into a filter; words that are no token search the text. */
export function readFilter(text: string): TicketFilter {
  const filter: TicketFilter = {};
  const words: string[] = [];
  for (const part of text.split(/\s+/).filter(Boolean)) {
    const colon = part.indexOf(":");
    const name = names[part.slice(0, colon).toLowerCase()];
    if (colon > 0 && name && part.length > colon + 1) filter[name] = part.slice(colon + 1);
    else words.push(part);
  }
  if (words.length > 0) filter.q = words.join(" ");
  return filter;
}

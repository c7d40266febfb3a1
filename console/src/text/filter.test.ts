import { expect, it } from "vitest";
import { readFilter } from "./filter";

it.each([
  ["is:open queue:billing", { status: "open", queue: "billing" }],
  ["late invoice RISK:legal", { q: "late invoice", risk: "legal" }],
  ["category:technical.webhooks", { category: "technical.webhooks" }],
  ["queue: http://x", { q: "queue: http://x" }],
  ["", {}],
])("%s", (text, expected) => expect(readFilter(text)).toEqual(expected));

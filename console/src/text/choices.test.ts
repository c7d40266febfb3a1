import { expect, it } from "vitest";
import { matching } from "./choices";

const all = ["Übergaben", "Invoices", "Plan change", "Payments and plans"].map((label) => ({ value: label, label }));
const found = (typed: string) => matching(all, typed).map((one) => one.label);

it("finds by any words, without accents, beginnings first", () => {
  expect(found("")).toEqual(["Übergaben", "Invoices", "Plan change", "Payments and plans"]);
  expect(found("uber")).toEqual(["Übergaben"]);
  expect(found("pla")).toEqual(["Plan change", "Payments and plans"]);
  expect(found("plans pay")).toEqual(["Payments and plans"]);
  expect(found("zebra")).toEqual([]);
});

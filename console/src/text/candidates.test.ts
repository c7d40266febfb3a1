import { expect, it } from "vitest";
import { about } from "./candidates";

const member = (name: string) => ({ key: name, name, probability: 0.4 });
const nothing = { category: null, set: [], verdict: null };

it("says what a person said, else one category, else the set, else nothing", () => {
  expect(about({ ...nothing, set: [member("Invoices"), member("Payments")] })).toBe("Invoices or Payments");
  expect(about({ ...nothing, category: { key: "a", name: "Plans" }, set: [member("Invoices"), member("Payments")] })).toBe("Plans");
  expect(about({ ...nothing, category: { key: "a", name: "Plans" }, verdict: { category: { key: "b", name: "Payments" } } })).toBe("Payments");
  expect(about(nothing)).toBe("");
});

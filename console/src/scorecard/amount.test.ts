import { expect, test } from "vitest";
import { amount, money } from "./amount";

test("a figure is said in the unit people would use", () => {
  expect(amount("acceptance", 0.714)).toBe("71%");
  expect(amount("meaning_changed", 0.0831)).toBe("8.3%");
  expect(amount("reopened", 0)).toBe("0%");
  expect(amount("first_reply", 42)).toBe("42 min");
  expect(amount("first_reply", 150)).toBe("2.5 hr");
  expect(amount("resolution_alone", 4320)).toBe("3 days");
  expect(amount("review_seconds", 38.4)).toBe("38 sec");
  expect(amount("rating", 4.21)).toBe("4.2");
  expect(amount("model_tokens", 1812.4)).toBe("1,812");
  expect(money(0.001234, "EUR")).toBe("€0.00123");
});

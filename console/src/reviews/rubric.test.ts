import { describe, expect, it } from "vitest";
import { type Answers, answered, current, digit, options, review, steps } from "./rubric";

const fine: Answers = { correct: "yes", grounded: "yes", complete: "yes", tone: "yes", would_send: "as_it_is" };

describe("the rubric", () => {
  it("asks five things of a text that is as it should be", () => {
    let answers: Answers = {};
    for (const step of ["correct", "grounded", "complete", "tone"] as const) {
      expect(current(answers)).toBe(step);
      expect(review(answers, "")).toBeNull();
      answers = answered(answers, step, "yes");
    }
    answers = answered(answers, "would_send", "as_it_is");
    expect(current(answers)).toBeUndefined();
    expect(review(answers, "")).toEqual({ ...fine, severity: null, failure: null, note: "" });
  });
  it("asks how bad it is, and then what, only where something is wrong", () => {
    const odd = answered(fine, "tone", "partly");
    expect(current(odd)).toBe("severity");
    expect(review(answered(odd, "severity", "none"), "x")).toEqual({ ...fine, tone: "partly", severity: null, failure: null, note: "x" });
    const bad = answered(odd, "severity", "major");
    expect(current(bad)).toBe("failure");
    expect(review(answered(bad, "failure", "wrong_tone"), "")?.failure).toBe("wrong_tone");
  });
  it("takes away what another answer makes senseless", () => {
    const bad = answered(answered(answered(fine, "tone", "no"), "severity", "minor"), "failure", "wrong_tone");
    expect(answered(bad, "tone", "yes")).toEqual(fine);
    const mild = answered(answered(fine, "tone", "no"), "severity", "none");
    expect(current(answered(mild, "would_send", "no"))).toBe("severity");
    expect(options("severity", { would_send: "no" })).not.toContain("none");
    expect(steps(answered(bad, "severity", "none"))).not.toContain("failure");
  });
  it("keeps the digits by which drafts are turned down", () => {
    expect(digit("failure", 0)).toBe("1");
    expect(digit("failure", 9)).toBe("0");
    expect(digit("tone", 2)).toBe("3");
  });
});

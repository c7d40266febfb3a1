/** What can be wrong with a draft, and the digit that says it, in the server's order. */
export const failures = [
  { kind: "wrong_fact", digit: "1" },
  { kind: "wrong_policy", digit: "2" },
  { kind: "invented_capability", digit: "3" },
  { kind: "wrong_tone", digit: "4" },
  { kind: "missed_question", digit: "5" },
  { kind: "asked_again", digit: "6" },
  { kind: "missed_escalation", digit: "7" },
  { kind: "leaked_context", digit: "8" },
  { kind: "stale_source", digit: "9" },
  { kind: "wrong_action", digit: "0" },
] as const;

/** A case may also be about a product that calls tools; a draft never is. */
export type FailureKind = (typeof failures)[number]["kind"] | "wrong_tool_call";

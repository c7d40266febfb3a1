import type { EvalSeverity, NewReview } from "../api/types";
import { failures, type FailureKind } from "../text/failures";

export type Answer = "yes" | "partly" | "no";
export type WouldSend = "as_it_is" | "changed" | "no";
/** What was answered so far; a step without an answer is absent. `none`: nothing that is worth a word. */
export interface Answers { correct?: Answer; grounded?: Answer; complete?: Answer; tone?: Answer; would_send?: WouldSend; severity?: EvalSeverity | "none"; failure?: FailureKind }
export type Step = keyof Answers;

const three = ["yes", "partly", "no"] as const;
const choices: Record<Step, readonly string[]> = {
  correct: three, grounded: three, complete: three, tone: three, would_send: ["as_it_is", "changed", "no"], severity: ["none", "minor", "major", "severe"], failure: failures.map((one) => one.kind),
};

/** What is asked, given what was said: how bad it is only where something is not as it should be. */
export function steps(answers: Answers): Step[] {
  const asked: Step[] = ["correct", "grounded", "complete", "tone", "would_send"];
  const isClean = asked.every((step) => answers[step] === undefined || answers[step] === "yes" || answers[step] === "as_it_is");
  if (!isClean) asked.push("severity");
  if (!isClean && answers.severity && answers.severity !== "none") asked.push("failure");
  return asked;
}

/** What can be said, in the order of the digits. Whoever would not send it has to say what is wrong. */
export const options = (step: Step, answers: Answers): readonly string[] =>
  step === "severity" && answers.would_send === "no" ? choices.severity.filter((word) => word !== "none") : choices[step];

/** The digit that says an option: failures keep the digits by which drafts are turned down. */
export const digit = (step: Step, at: number): string => (step === "failure" ? failures[at]?.digit ?? "" : String(at + 1));

/** The step that is asked now; none when everything is said. */
export const current = (answers: Answers): Step | undefined => steps(answers).find((step) => answers[step] === undefined);

/** The answers with one more. What it makes senseless is taken away. */
export function answered(answers: Answers, step: Step, word: string): Answers {
  const next = { ...answers, [step]: word } as Answers;
  if (next.would_send === "no" && next.severity === "none") delete next.severity;
  if (!steps(next).includes("severity")) delete next.severity;
  if (!steps(next).includes("failure")) delete next.failure;
  return next;
}

/** What is sent once everything is said. */
export function review(answers: Answers, note: string): NewReview | null {
  if (current(answers)) return null;
  const { correct, grounded, complete, tone, would_send, severity, failure } = answers as Required<Answers>;
  return { correct, grounded, complete, tone, would_send, severity: severity === "none" ? null : severity ?? null, failure: failure ?? null, note };
}

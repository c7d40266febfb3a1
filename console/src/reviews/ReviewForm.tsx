import { Button, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { giveReview } from "../api/reviews";
import type { NewReview } from "../api/types";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import type { FailureKind } from "../text/failures";
import { type Answers, answered, current, digit, options, review, type Step, steps } from "./rubric";

const label = (step: Step, word: string): string => {
  if (step === "failure") return t(`failure.${word as FailureKind}`);
  if (step === "severity") return word === "none" ? t("reviews.severity.none") : t(`evals.severity.${word as "minor" | "major" | "severe"}`);
  return step === "would_send" ? t(`reviews.send.${word as "as_it_is" | "changed" | "no"}`) : t(`reviews.answer.${word as "yes" | "partly" | "no"}`);
};

/** A handful of questions, one digit each; Enter sends, Backspace takes the last answer back. */
export function ReviewForm({ id, onDone }: { id: string; onDone: () => void }) {
  const [answers, setAnswers] = useState<Answers>({});
  const [note, setNote] = useState("");
  const give = useMutation({ mutationFn: (said: NewReview) => giveReview(id, said), onSuccess: onDone, onError: notifyFailure });
  const ready = review(answers, note);
  const now = current(answers);
  const send = () => { if (ready && !give.isPending) give.mutate(ready); };
  const hear = useRef<(event: KeyboardEvent) => void>(() => undefined);
  hear.current = (event) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "Enter" && ready && !target.closest("button, a, summary")) { event.preventDefault(); send(); return; }
    if (event.key === "Backspace") {
      const last = steps(answers).filter((step) => answers[step] !== undefined).at(-1);
      if (last) { event.preventDefault(); const { [last]: _, ...rest } = answers; setAnswers(rest); }
      return;
    }
    const word = now && options(now, answers).find((_, at) => digit(now, at) === event.key);
    if (now && word) { event.preventDefault(); setAnswers(answered(answers, now, word)); }
  };
  useEffect(() => {
    const listen = (event: KeyboardEvent) => hear.current(event);
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
  return (
    <section className="review-form panel" aria-label={t("reviews.form")} data-testid="review-form">
      <p className="quiet">{t("reviews.keys")}</p>
      {steps(answers).map((step) => (
        <div key={step} className="review-step" role="group" aria-labelledby={`review-${step}`} data-now={step === now || undefined}>
          <h3 id={`review-${step}`}>{t(`reviews.ask.${step}`)}</h3>
          <div className="review-choices">
            {options(step, answers).map((word, at) => <Button key={word} size="compact-sm" variant={answers[step] === word ? "filled" : "default"} aria-pressed={answers[step] === word} leftSection={step === now ? <kbd>{digit(step, at)}</kbd> : undefined} onClick={() => setAnswers(answered(answers, step, word))}>{label(step, word)}</Button>)}
          </div>
        </div>
      ))}
      <Textarea label={t("reviews.note")} autosize minRows={1} maxRows={5} maxLength={1000} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <Button disabled={!ready} loading={give.isPending} onClick={send}>{t("reviews.send")}</Button>
    </section>
  );
}

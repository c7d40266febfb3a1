import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { LadderStep } from "../api/types";
import { t, word } from "../strings";
import { day } from "../text/time";
import { usePartWords } from "./words";

/** Every step that was taken, newest first. */
export function Steps({ steps, nameOf }: { steps: LadderStep[]; nameOf: (key: string) => string }) {
  const partWords = usePartWords();
  if (steps.length === 0) return <p className="quiet">{t("readiness.noSteps")}</p>;
  return (
    <ul className="ready-steps" data-testid="ready-steps">
      {steps.map((step) => (
        <li key={`${step.category} ${step.at} ${partWords(step)}`}>
          {step.cause === "climbed" ? <IconArrowUp size={14} aria-hidden /> : <IconArrowDown size={14} aria-hidden />}
          <span><b>{nameOf(step.category)}</b>{partWords(step) && ` (${partWords(step)})`}: {word("rung", step.rung)}. <span className="quiet">{word("cause", step.cause)}, {day(step.at)}{step.by && `, ${step.by}`}. {step.reason} {step.looked_at > 1 && t("readiness.evidence", { wrong: step.wrong, n: step.looked_at, day: day(step.since) })}</span></span>
        </li>
      ))}
    </ul>
  );
}

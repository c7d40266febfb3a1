import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconCircleCheck, IconCircleDashed, IconCircleX } from "@tabler/icons-react";
import { useState } from "react";
import { useSession } from "../api/queries";
import type { Part } from "../api/readiness";
import type { CategoryReadiness, Ladder, ReadinessAnswer, Rung } from "../api/types";
import { mayChange } from "../policies/words";
import { t, word } from "../strings";
import { day, percent } from "../text/time";
import { TakeStep } from "./TakeStep";
import { usePartWords, wordOf } from "./words";

/** Where the evidence of an answer stands. */
const behind = { segment: "/insights", documents: "/scorecard", doubt: "/insights", minute: "/scorecard", escalation: "/scorecard", cadence: "/reviews" } as const;
const marks = { yes: IconCircleCheck, no: IconCircleX, too_few: IconCircleDashed };

/** A category: its rung, the six answers, the trial of the next rung, and the step. */
export function CategoryCard({ one, ladder, part }: { one: CategoryReadiness; ladder: Ladder; part: Part }) {
  const { agent } = useSession();
  const [wanted, setWanted] = useState<"up" | "down" | null>(null);
  const partWords = usePartWords();
  const at = ladder.rungs.indexOf(one.rung);
  const below = ladder.rungs.slice(0, at).reverse();
  const up = one.next;
  return (
    <article className="ready-card" data-testid={`ready-${one.key}`} aria-label={one.name}>
      <header><h2>{one.name}</h2>{one.ready && <span className="ready-flag">{t("readiness.ready")}</span>}</header>
      <Rungs one={one} rungs={ladder.rungs} />
      <p className="quiet">{one.at && one.cause ? t("readiness.since", { cause: word("cause", one.cause), day: day(one.at) }) : t("readiness.start")} {t("readiness.window", { n: one.tickets, day: day(one.since) })}</p>
      {wordOf(part) === "" && one.pilots.map((pilot) => <p key={partWords(pilot)} className="quiet">{t("readiness.pilot", { part: partWords(pilot), rung: word("rung", pilot.rung) })}</p>)}
      <ul className="ready-answers">{one.answers.map((answer) => <Answer key={answer.question} answer={answer} />)}</ul>
      {one.promised !== null && up && <Trial one={one} up={up} promised={one.promised} enough={ladder.enough} />}
      {up && one.missing.length > 0 && <details><summary>{t("readiness.missing", { rung: word("rung", up) })}</summary><ul className="ready-missing">{one.missing.map((line) => <li key={line}>{line}</li>)}</ul></details>}
      {!up && <p className="quiet">{t(one.rung === "standing_approvals" ? "readiness.top" : "readiness.ceiling")}</p>}
      {mayChange(agent.role) && wanted === null && (
        <div className="bar">
          {up && one.ready && <Button size="compact-sm" onClick={() => setWanted("up")}>{t("readiness.up", { rung: word("rung", up) })}</Button>}
          {below.length > 0 && <Button size="compact-sm" variant="default" onClick={() => setWanted("down")}>{t("readiness.down")}</Button>}
        </div>
      )}
      {wanted && <TakeStep category={one.key} part={part} name={one.name} rungs={wanted === "up" && up ? [up] : below} onClose={() => setWanted(null)} />}
    </article>
  );
}

function Rungs({ one, rungs }: { one: CategoryReadiness; rungs: Rung[] }) {
  const at = rungs.indexOf(one.rung);
  const top = rungs.indexOf(one.ceiling);
  return (
    <ol className="rungs" aria-label={t("readiness.stands", { rung: word("rung", one.rung) })}>
      {rungs.map((rung, n) => <li key={rung} data-state={n > top ? "closed" : n <= at ? "held" : "open"} aria-current={n === at ? "step" : undefined}>{word("rung", rung)}</li>)}
    </ol>
  );
}

function Answer({ answer }: { answer: ReadinessAnswer }) {
  const Mark = marks[answer.answer];
  const figures: Record<string, number> = answer.question === "minute" ? { n: Math.round(answer.part / Math.max(answer.whole, 1)) } : { part: answer.part, whole: answer.whole };
  return (
    <li data-answer={answer.answer}>
      <Mark size={15} aria-hidden /> <span>{word("readyAsk", answer.question)} <b>{word("readyAnswer", answer.answer)}</b> <Link className="link" to={behind[answer.question]}>{t(`readyFigure.${answer.question}`, figures)}</Link></span>
    </li>
  );
}

/** How far the evidence is on its way, on a scale of powers: each step of it is as hard as the one before. */
function Trial({ one, up, promised, enough }: { one: CategoryReadiness; up: Rung; promised: number; enough: number }) {
  const along = Math.max(0, Math.min(1, Math.log(Math.max(one.evidence, 1)) / Math.log(enough)));
  const label = t("readiness.trial", { rung: word("rung", up), promised: percent(promised), wrong: one.wrong, n: one.looked_at });
  return (
    <div className="ready-trial">
      <p>{label}</p>
      <div className="ready-bar" role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(along * 100)}><span style={{ width: `${along * 100}%` }} data-enough={along >= 1 || undefined} /></div>
      <p className="quiet">{along >= 1 ? t("readiness.enough") : t("readiness.onItsWay", { share: percent(along) })}</p>
    </div>
  );
}

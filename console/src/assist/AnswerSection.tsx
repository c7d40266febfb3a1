import type { Plan, PolicyCheck, TicketPage } from "../api/types";
import { t, word } from "../strings";
import { asWritten } from "../text/facts";
import { useLight } from "../ticket/lit";
import { Quoted } from "./Because";
import { PassageView } from "./PassageView";
import { SimilarView } from "./SimilarView";

/** The plan, what the draft leans on, and what else was found: folded, so that the used sources stand out. */
export function AnswerSection({ ticket }: { ticket: TicketPage }) {
  const { plan, passages, similar, draft } = ticket.answer;
  const { lit } = useLight();
  const carried = (citation: number) => (draft?.sentences ?? []).map((sentence, index) => ({ ...sentence, index })).filter((sentence) => sentence.citations.includes(citation));
  /** A lit sentence marks its own words in the source; otherwise all that the draft took are marked. */
  const quotes = (citation: number) => {
    const all = carried(citation);
    const only = all.filter((sentence) => lit?.kind === "sentence" && lit.index === sentence.index);
    return (only.length > 0 ? only : all).map((sentence) => sentence.text);
  };
  const used = passages.filter((passage) => carried(passage.citation).length > 0);
  const others = passages.filter((passage) => !used.includes(passage));
  const asked = ticket.messages.filter((message) => message.direction === "inbound").at(-1)?.latest ?? "";
  return (
    <>
      {ticket.answer.policy_check && <PolicyCheckView check={ticket.answer.policy_check} />}
      {plan && <PlanView plan={plan} asked={asked} />}
      {used.length > 0 && <h3>{t("answer.used")}</h3>}
      {used.map((passage) => <PassageView key={passage.passage_id} passage={passage} quotes={quotes(passage.citation)} />)}
      {others.length > 0 && <h3>{t(used.length > 0 ? "answer.alsoFound" : "answer.passages")}</h3>}
      {others.map((passage, i) => <PassageView key={passage.passage_id} passage={passage} isFolded={used.length > 0 || i > 2} />)}
      {similar.length > 0 && <h3>{t("answer.similar")}</h3>}
      {similar.map((one) => <SimilarView key={one.ticket_id} similar={one} />)}
    </>
  );
}

/** Beside a refund request: the rule in its own words, the facts and what nobody said. A person decides. */
function PolicyCheckView({ check }: { check: PolicyCheck }) {
  return (
    <dl className="plan machine" data-testid="policy-check">
      {check.rules.length > 0 && <div><dt>{t("refund.rule")}</dt><dd><ul>{check.rules.map((rule) => <li key={rule.quote}>“{rule.quote}” <span className="chip">{rule.citation}</span></li>)}</ul></dd></div>}
      {check.found.length > 0 && (
        <div><dt>{t("refund.found")}</dt><dd><ul>{check.found.map((one) => (
          <li key={one.fact}>{word("refund", one.fact)}: <Quoted text={one.quote} messageId={one.message_id} start={one.start} end={one.end} />{one.days_before !== null && <span className="quiet"> {t(one.days_before === 1 ? "refund.daysBefore1" : "refund.daysBefore", { n: one.days_before })}</span>}</li>
        ))}</ul></dd></div>
      )}
      {check.missing.length > 0 && <div><dt>{t("refund.missing")}</dt><dd>{check.missing.map((one) => word("refund", one)).join(", ")}</dd></div>}
      <div><dt>{t("refund.decision")}</dt><dd>{t("refund.people")}</dd></div>
    </dl>
  );
}

function PlanView({ plan, asked }: { plan: Plan; asked: string }) {
  const lines = [["asked", plan.asked], ["known", asWritten(plan.known, asked)], ["missing", plan.missing]] as const;
  return (
    <dl className="plan machine">
      {lines.filter(([, all]) => all.length > 0).map(([name, all]) => (
        <div key={name}>
          <dt>{t(`plan.${name}`)}</dt>
          <dd>{name === "known"
            ? all.map((fact) => <span key={fact} className="fact">{fact}</span>)
            : <ul>{all.map((line) => <li key={line}>{line.replace(/^\s*(?:[-*•]|\d{1,2}[.)])\s+/, "").replace(/\s*\n\s*/g, " ")}</li>)}</ul>}</dd>
        </div>
      ))}
      <div><dt>{t("plan.move")}</dt><dd>{t(`move.${plan.move}`)}</dd></div>
    </dl>
  );
}

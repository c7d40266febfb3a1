import type { Plan, TicketPage } from "../api/types";
import { t } from "../strings";
import { PassageView } from "./PassageView";
import { SimilarView } from "./SimilarView";

export function AnswerSection({ ticket }: { ticket: TicketPage }) {
  const { plan, passages, similar } = ticket.answer;
  return (
    <>
      {plan && <PlanView plan={plan} />}
      {passages.length > 0 && <h3>{t("answer.passages")}</h3>}
      {passages.map((passage) => <PassageView key={passage.passage_id} passage={passage} />)}
      {similar.length > 0 && <h3>{t("answer.similar")}</h3>}
      {similar.map((one) => <SimilarView key={one.ticket_id} similar={one} />)}
    </>
  );
}

function PlanView({ plan }: { plan: Plan }) {
  return (
    <dl className="plan machine">
      {([["asked", plan.asked], ["known", plan.known], ["missing", plan.missing]] as const).filter(([, lines]) => lines.length > 0).map(([name, lines]) => (
        <div key={name}><dt>{t(`plan.${name}`)}</dt><dd>{lines.join("; ")}</dd></div>
      ))}
      <div><dt>{t("plan.move")}</dt><dd>{t(`move.${plan.move}`)}</dd></div>
    </dl>
  );
}

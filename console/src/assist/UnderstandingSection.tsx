import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useSession } from "../api/queries";
import type { Deadline, Risk, TicketPage, Topic, Understanding } from "../api/types";
import { triageLink } from "../composer/weakest";
import { Ago, DoubtWord, Key, MachineMark, RiskFlag } from "../states/Parts";
import { t, word } from "../strings";
import { about } from "../text/candidates";
import { mayDismiss } from "../text/flags";
import { placeOf } from "../text/offsets";
import { dueBy, percent } from "../text/time";
import { Because, Quoted } from "./Because";
import type { VerdictControl } from "./verdict";

interface Props { ticket: TicketPage; understanding: Understanding; verdict: VerdictControl }

/** What the machine made of the mail, each part with the words behind it, and a person's answer to that. */
export function UnderstandingSection({ ticket, understanding, verdict }: Props) {
  const { desk } = useSession();
  const { operating_model: model, also, deadline, nearest, who, risk } = understanding;
  const what = about(understanding);
  const because = understanding.verdict?.verdict === "edited" ? t("understanding.decided") : understanding.queue_because;
  const queue = desk.queues.find((one) => one.key === ticket.queue)?.name ?? ticket.queue;
  return (
    <>
      <div className="machine understanding">
        <p className="understood-what"><DoubtWord value={triageLink(understanding).word} />{what && <b title={understanding.confidence === null ? undefined : percent(understanding.confidence)}>{what}</b>}</p>
        {understanding.abstained && !understanding.verdict && <p className="quiet">{understanding.abstained}</p>}
        <Because because={understanding.because} />
        {risk.length > 0 && <ul className="because">{risk.map((one) => <Flag key={one.flag} risk={one} ticket={ticket} verdict={verdict} />)}</ul>}
        <dl className="facts">
          {also.map((one) => <div key={one.key}><dt>{t("understanding.also")}</dt><dd>{one.name} <Words quote={one} /></dd></div>)}
          {deadline && <div><dt>{t("understanding.deadline")}</dt><dd>{deadline.due ? dueBy(deadline.due) : t("understanding.noDue")} <Words quote={deadline} /></dd></div>}
          <div><dt>{t("field.priority")}</dt><dd>{word("priority", ticket.priority)}</dd></div>
          <div><dt>{t("field.queue")}</dt><dd>{queue} {because && <span className="quiet">{because}</span>}</dd></div>
          {who.length > 0 && <div><dt>{t("understanding.who")}</dt><dd>{who.map((one) => <span key={one.id} className="who" title={one.skills.join(", ")}>{one.name} <span className="quiet">{one.skills.map((skill) => skill.slice(skill.indexOf(":") + 1)).join(", ")}</span></span>)}</dd></div>}
          <div><dt>{t("field.aiMay")}</dt><dd>{model.ai_may}</dd></div>
          {model.withheld && <div><dt /><dd className="quiet">{model.withheld}</dd></div>}
          {!model.approvers.includes("agent") && <div><dt>{t("field.approvers")}</dt><dd>{model.approvers.map((role) => word("role", role)).join(", ")}</dd></div>}
          <div><dt>{t("field.peopleKeep")}</dt><dd>{model.people_keep}</dd></div>
        </dl>
        {nearest.length > 0 && <Nearest understanding={understanding} />}
        <details><summary>{t("understanding.numbers")}</summary><Numbers understanding={understanding} /></details>
        <MachineMark label={`${understanding.made_by.engine} ${understanding.made_by.version}`} />
      </div>
      <Answered understanding={understanding} verdict={verdict} />
    </>
  );
}

const Words = ({ quote: { quote, message_id, start, end } }: { quote: Topic | Deadline }) => <Quoted text={quote} messageId={message_id} start={start} end={end} />;

/** Why a person must look. Who may say that it does not apply is the role's; the others see who can. */
function Flag({ risk, ticket, verdict }: { risk: Risk; ticket: TicketPage; verdict: VerdictControl }) {
  const { agent } = useSession();
  const message = ticket.messages.find((one) => one.id === risk.message_id);
  const place = message ? placeOf(message.latest, risk.quote) : null;
  const isStanding = risk.state === "standing";
  return (
    <li className="flag" data-state={risk.state}>
      <RiskFlag flag={risk.flag} />
      <span><Quoted text={risk.quote} messageId={place ? risk.message_id : null} start={place?.start ?? null} end={place?.end ?? null} />{!isStanding && <> <span className="quiet">{t("flag.dismissed")}</span></>}</span>
      {isStanding && mayDismiss(risk.flag, agent.role) && <button type="button" className="link" onClick={() => verdict.pick({ field: "flags", flag: risk.flag })} aria-label={t("picker.dismiss", { flag: word("risk", risk.flag) })}>{t("flag.dismiss")}</button>}
      {isStanding && !mayDismiss(risk.flag, agent.role) && <span className="quiet" title={t("picker.leadsOnly")}>{t("flag.leads")}</span>}
    </li>
  );
}

function Nearest({ understanding }: { understanding: Understanding }) {
  return (
    <>
      <h3>{t("understanding.nearest")}</h3>
      <ul className="because">
        {understanding.nearest.slice(0, 3).map((one) => (
          <li key={one.ticket_id}><Link to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }} title={percent(one.similarity)}>#{one.number}</Link> {one.subject} {one.category && <span className="quiet">{one.category.name}</span>}</li>
        ))}
      </ul>
    </>
  );
}

function Numbers({ understanding }: { understanding: Understanding }) {
  return (
    <>
      <table className="numbers"><tbody>
        {understanding.candidates.map((one) => <tr key={one.key}><td>{one.name}</td><td>{percent(one.probability)}</td></tr>)}
        {understanding.also.map((one) => <tr key={`also ${one.key}`}><td>{t("understanding.also")}: {one.name}</td><td>{percent(one.probability)}</td></tr>)}
      </tbody></table>
      <p className="quiet">{t("understanding.language")}: {understanding.language ?? "–"}</p>
    </>
  );
}

function Answered({ understanding, verdict }: { understanding: Understanding; verdict: VerdictControl }) {
  const given = understanding.verdict;
  return (
    <>
      {given && (
        <p>{t(given.verdict === "accepted" ? "understanding.acceptedBy" : "understanding.correctedBy", { name: given.by })}
          {given.verdict !== "accepted" && given.category && <> <b>{given.category.name}</b></>} <span className="quiet"><Ago at={given.at} /></span></p>
      )}
      <div className="bar">
        {verdict.mayAccept && <Button variant="default" onClick={verdict.accept} rightSection={<Key action="suggestion.accept" />}>{t("understanding.accept")}</Button>}
        <Button variant="subtle" color="gray" onClick={() => verdict.pick({ field: understanding.least_certain })} rightSection={<Key action="suggestion.correct" />}>{t("understanding.correct")}</Button>
      </div>
    </>
  );
}

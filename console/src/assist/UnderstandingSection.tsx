import { Button, Select } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import { useDesk } from "../api/queries";
import type { Evidence, TicketPage, Understanding } from "../api/types";
import { Ago, DoubtWord, Key, MachineMark, RiskFlag } from "../states/Parts";
import { t, word } from "../strings";
import { likely } from "../text/candidates";
import { percent } from "../text/time";
import { useLight } from "../ticket/lit";
import type { VerdictControl } from "./verdict";

interface Props { ticket: TicketPage; understanding: Understanding; verdict: VerdictControl }

export function UnderstandingSection({ understanding, verdict }: Props) {
  const desk = useDesk();
  const { verdict: given, operating_model: model } = understanding;
  const names = likely(understanding.candidates);
  return (
    <>
      {understanding.ai.use === "refused" && <p className="warning"><IconBan size={14} aria-hidden /><span><b>{t("ai.refused")}</b> {understanding.ai.because}</span></p>}
      <div className="machine">
        <p className="understood-what">
          <DoubtWord value={understanding.word} />
          <b title={understanding.confidence === null ? undefined : percent(understanding.confidence)}>
            {understanding.category?.name ?? (names && t("understood.which", { names }))}
          </b>
        </p>
        {understanding.abstained && <p className="quiet">{upperFirst(understanding.abstained)}</p>}
        {understanding.because.length > 0 && <><h3>{t("understanding.because")}</h3><ul className="because">{eachOnce(understanding.because).map((one, i) => <li key={i}><Because evidence={one} /></li>)}</ul></>}
        {understanding.risk.length > 0 && <ul className="because">{understanding.risk.map((risk) => <li key={risk.flag}><RiskFlag flag={risk.flag} /> “{risk.quote}”</li>)}</ul>}
        <details><summary>{t("understanding.numbers")}</summary>
          <table className="numbers"><tbody>{understanding.candidates.map((one) => <tr key={one.key}><td>{one.name}</td><td>{percent(one.probability)}</td></tr>)}</tbody></table>
          <p className="quiet">{t("ticket.priority")}: {word("priority", understanding.priority)} · {t("understanding.language")}: {understanding.language ?? "–"}</p>
        </details>
        <MachineMark label={`${understanding.made_by.engine} ${understanding.made_by.version}`} />
      </div>
      {given
        ? <p>{t(given.verdict === "accepted" ? "understanding.acceptedBy" : "understanding.correctedBy", { name: given.by })}{given.category && <> <b>{given.category.name}</b></>} <span className="quiet"><Ago at={given.at} /></span></p>
        : null}
      <div className="bar">
        {!given && understanding.category && <Button variant="default" onClick={verdict.accept} rightSection={<Key action="suggestion.accept" />}>{t("understanding.accept")}</Button>}
        <Button variant="subtle" color="gray" onClick={() => verdict.setCorrecting(!verdict.isCorrecting)} rightSection={<Key action="suggestion.correct" />}>{t("understanding.correct")}</Button>
      </div>
      {verdict.isCorrecting && (
        <Select label={t("understanding.choose")} searchable autoFocus data={desk.categories.map((one) => ({ value: one.key, label: one.name }))}
          onChange={(key) => { const category = desk.categories.find((one) => one.key === key); if (category) verdict.correct(category); }} />
      )}
      <dl className="facts">
        <div><dt>{t("understood.aiMay")}</dt><dd>{model.ai_may}</dd></div>
        <div><dt>{t("understood.peopleKeep")}</dt><dd>{model.people_keep}</dd></div>
      </dl>
    </>
  );
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A word that counted at several places is one reason; its first place is shown. */
const eachOnce = (all: Evidence[]): Evidence[] => all.filter((one, i) => all.findIndex((other) => other.kind === one.kind && other.text.toLowerCase() === one.text.toLowerCase()) === i);

/** A reason; quoted words light up in the message they come from. */
function Because({ evidence }: { evidence: Evidence }) {
  const { point, keep } = useLight();
  const { message_id: messageId, start, end } = evidence;
  const kind = <span className="quiet">{word("evidence", evidence.kind)}</span>;
  if (messageId === null || start === null || end === null) return <>{kind} {evidence.text}</>;
  const words = { kind: "words" as const, messageId, start, end };
  return (
    <button type="button" className="quoted" onMouseEnter={() => point(words)} onMouseLeave={() => point(null)} onFocus={() => point(words)} onBlur={() => point(null)} onClick={() => keep(words)}>
      {kind} “{evidence.text}”
    </button>
  );
}

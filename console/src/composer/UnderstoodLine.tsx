import { Button, Tooltip } from "@mantine/core";
import { IconCalendarDue, IconEyeCheck } from "@tabler/icons-react";
import type { Deadline, TicketPage } from "../api/types";
import type { VerdictControl } from "../assist/verdict";
import { DoubtWord, Key, RiskFlag } from "../states/Parts";
import { t } from "../strings";
import { about } from "../text/candidates";
import { dueBy } from "../text/time";
import { FieldPicker } from "./FieldPicker";
import { MoreLikeThis } from "./MoreLikeThis";
import { weakest } from "./weakest";

interface Props { ticket: TicketPage; verdict: VerdictControl }

/** What the machine understood, in one line; correcting it and what follows from that opens above the line. */
export function UnderstoodLine({ ticket, verdict }: Props) {
  const { understanding } = ticket;
  const link = weakest(ticket);
  if (!understanding || !link) return ticket.status === "closed" ? null : <p className="understood"><span className="quiet">{t("understood.nothing")}</span></p>;
  const { operating_model: model, also, deadline } = understanding;
  const what = about(understanding);
  const flags = understanding.risk.filter((risk) => risk.state === "standing");
  return (
    <div className="understood-place">
      {verdict.picking && <FieldPicker ticket={ticket} understanding={understanding} verdict={verdict} />}
      {!verdict.picking && verdict.more && <MoreLikeThis more={verdict.more} verdict={verdict} />}
      <div className="understood" data-testid="understood">
        {what && <b>{what}</b>}
        <DoubtWord value={link.word} />
        {link.why && <span className="understood-why" title={[link.why, understanding.verdict ? null : understanding.abstained].filter(Boolean).join(" · ")}>{link.why}</span>}
        {understanding.check_asked && <CheckAsked verdict={verdict} />}
        {flags.slice(0, 2).map((risk) => <RiskFlag key={risk.flag} flag={risk.flag} quote={risk.quote} />)}
        {flags.length > 2 && <span className="quiet">+{flags.length - 2}</span>}
        {deadline && <DueBy deadline={deadline} />}
        {also[0] && <span className="understood-also" title={also.map((one) => `${one.name}: “${one.quote}”`).join("\n")}>{t("understood.also", { names: also.map((one) => one.name).join(", ") })}</span>}
        <span className="quiet understood-model" title={`${t("understood.aiMay")} ${model.ai_may} · ${t("understood.peopleKeep")} ${model.people_keep}`}>
          {model.name}: {t("understood.peopleKeep")} {model.people_keep}
        </span>
      </div>
    </div>
  );
}

/** The random sample: asks, never blocks. */
function CheckAsked({ verdict }: { verdict: VerdictControl }) {
  return (
    <span className="check-asked">
      <Tooltip label={t("check.why")} multiline maw={320}><span><IconEyeCheck size={14} stroke={1.8} aria-hidden /> {t("check.asked")}</span></Tooltip>
      {verdict.mayAccept && <Button size="compact-xs" variant="subtle" onClick={verdict.accept} rightSection={<Key action="suggestion.accept" />}>{t("check.right")}</Button>}
      <Button size="compact-xs" variant="subtle" onClick={() => verdict.pick({ field: "category" })} rightSection={<Key action="suggestion.correct" />}>{t("check.wrong")}</Button>
    </span>
  );
}

export function DueBy({ deadline }: { deadline: Deadline }) {
  const isOver = deadline.due !== null && Date.parse(deadline.due) < Date.now();
  return (
    <span className="due" data-over={isOver || undefined} title={`“${deadline.quote}”`}>
      <IconCalendarDue size={14} stroke={1.7} aria-hidden /> {deadline.due ? t(isOver ? "understood.wasDue" : "understood.due", { when: dueBy(deadline.due) }) : `“${deadline.quote}”`}
    </span>
  );
}

import type { Doubt, TicketPage } from "../api/types";
import { DoubtWord, RiskFlag } from "../states/Parts";
import { t } from "../strings";

const order: Doubt[] = ["unknown", "check", "sure"];

/** The weakest of what is known about triage and draft, and its name. */
export function weakest(ticket: TicketPage): { word: Doubt; why: string } | null {
  const { understanding, answer } = ticket;
  const links: { word: Doubt; why: string }[] = [];
  if (understanding) {
    const word = understanding.verdict ? "sure" : understanding.word;
    const names = understanding.candidates.slice(0, 3).map((one) => one.name).join(` ${t("or")} `);
    links.push({ word, why: understanding.abstained ?? (word === "sure" ? "" : t("understood.category", { names })) });
  }
  const { draft } = answer;
  if (draft) {
    const unsupported = draft.sentences.filter((sentence) => sentence.support === "unsupported").length;
    const why = draft.doubts[0] ?? (unsupported > 0 ? t("understood.unsupported", { n: unsupported }) : "");
    links.push({ word: draft.word, why });
  }
  return links.sort((a, b) => order.indexOf(a.word) - order.indexOf(b.word))[0] ?? null;
}

export function UnderstoodLine({ ticket }: { ticket: TicketPage }) {
  const { understanding } = ticket;
  const link = weakest(ticket);
  if (!understanding || !link) return <p className="understood"><span className="quiet">{t("understood.nothing")}</span></p>;
  const category = understanding.verdict?.category ?? understanding.category;
  return (
    <p className="understood" data-testid="understood">
      <DoubtWord value={link.word} />
      <b>{category?.name ?? t("list.noCategory")}</b>
      {link.why && <span>{link.why}</span>}
      {understanding.risk.map((risk) => <RiskFlag key={risk.flag} flag={risk.flag} quote={risk.quote} />)}
      <span className="quiet" title={`${t("understood.aiMay")} ${understanding.operating_model.ai_may} · ${t("understood.peopleKeep")} ${understanding.operating_model.people_keep}`}>
        {understanding.operating_model.name}: {t("understood.peopleKeep")} {understanding.operating_model.people_keep}
      </span>
    </p>
  );
}

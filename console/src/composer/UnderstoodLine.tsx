import type { Doubt, Draft, TicketPage, Understanding } from "../api/types";
import { DoubtWord, RiskFlag } from "../states/Parts";
import { t } from "../strings";
import { likely } from "../text/candidates";

interface Link { word: Doubt; why: string }
const order: Doubt[] = ["unknown", "check", "sure"];

/** The weakest of what is known about triage and draft, and its name in plain words. */
export function weakest(ticket: TicketPage): Link | null {
  const { understanding, answer } = ticket;
  const links: Link[] = [];
  if (understanding) links.push(triageLink(understanding));
  if (answer.draft && answer.draft.origin !== "agent") links.push(draftLink(answer.draft));
  return links.sort((a, b) => order.indexOf(a.word) - order.indexOf(b.word))[0] ?? null;
}

function triageLink({ verdict, word, candidates, ai }: Understanding): Link {
  if (verdict || word === "sure") return { word: "sure", why: "" };
  if (ai.use === "refused") return { word: "unknown", why: t("understood.refused") };
  const names = likely(candidates);
  if (word === "check") return { word, why: t("understood.checkCategory") };
  return { word, why: names ? t("understood.which", { names }) : t("understood.unlike") };
}

/** A draft that stands there is to be checked, however weak: "don't know" is for what is missing. */
function draftLink({ word, doubts, sentences, stale }: Draft): Link {
  const unsupported = sentences.filter((sentence) => sentence.support === "unsupported").length;
  const named = stale ? t("understood.stale") : doubts[0] ?? (unsupported > 0 ? t(unsupported === 1 ? "understood.unsupported1" : "understood.unsupported", { n: unsupported }) : "");
  if (word === "sure" && !stale) return { word, why: "" };
  return { word: "check", why: named || t(word === "unknown" ? "understood.partly" : "understood.compare") };
}

export function UnderstoodLine({ ticket }: { ticket: TicketPage }) {
  const { understanding } = ticket;
  const link = weakest(ticket);
  if (!understanding || !link) return ticket.status === "closed" ? null : <p className="understood"><span className="quiet">{t("understood.nothing")}</span></p>;
  const category = understanding.verdict?.category ?? understanding.category;
  const model = understanding.operating_model;
  return (
    <p className="understood" data-testid="understood">
      {category && <b>{category.name}</b>}
      <DoubtWord value={link.word} />
      {link.why && <span className="understood-why" title={[link.why, understanding.abstained].filter(Boolean).join(" · ")}>{link.why}</span>}
      {understanding.risk.map((risk) => <RiskFlag key={risk.flag} flag={risk.flag} quote={risk.quote} />)}
      <span className="quiet understood-model" title={`${t("understood.aiMay")} ${model.ai_may} · ${t("understood.peopleKeep")} ${model.people_keep}`}>
        {model.name}: {t("understood.peopleKeep")} {model.people_keep}
      </span>
    </p>
  );
}

import type { Doubt, Draft, TicketPage, Understanding } from "../api/types";
import { t } from "../strings";
import { about } from "../text/candidates";

export interface Link { word: Doubt; why: string }
const order: Doubt[] = ["unknown", "check", "sure"];

/** The weakest of what is known about triage and draft, and its name in plain words. */
export function weakest(ticket: TicketPage): Link | null {
  const { understanding, answer } = ticket;
  const links: Link[] = [];
  if (understanding) links.push(triageLink(understanding));
  if (answer.draft && answer.draft.origin !== "agent") links.push(draftLink(answer.draft));
  return links.sort((a, b) => order.indexOf(a.word) - order.indexOf(b.word))[0] ?? null;
}

/** How sure the sorting is: a person's word is sure, and two or three candidates are a question, not ignorance. */
export function triageLink(understanding: Understanding): Link {
  const { verdict, word, ai, set, least_certain: field } = understanding;
  if (verdict) return { word: "sure", why: "" };
  if (ai.use === "refused") return { word: "unknown", why: t("understood.refused") };
  if (!understanding.category && set.length > 1) return { word: "check", why: t("understood.oneOf") };
  if (word === "unknown" || about(understanding) === "") return { word: "unknown", why: t("understood.unlike") };
  if (field !== "category") return { word, why: t("understood.least", { field: t(`field.${field}`) }) };
  return { word, why: word === "check" ? t("understood.checkCategory") : "" };
}

/** A draft that stands there is to be checked, however weak: "don't know" is for what is missing. */
function draftLink({ word, doubts, sentences, stale }: Draft): Link {
  const unsupported = sentences.filter((sentence) => sentence.support === "unsupported").length;
  const named = stale ? t("understood.stale") : doubts[0] ?? (unsupported > 0 ? t(unsupported === 1 ? "understood.unsupported1" : "understood.unsupported", { n: unsupported }) : "");
  if (word === "sure" && !stale) return { word, why: "" };
  return { word: "check", why: named || t(word === "unknown" ? "understood.partly" : "understood.compare") };
}

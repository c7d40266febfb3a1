import { Link } from "@tanstack/react-router";
import { IconExternalLink } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import type { PassageHit } from "../api/types";
import { sawSources } from "../composer/attention";
import { t, word } from "../strings";
import { day } from "../text/time";
import { isCitationLit, useLight } from "../ticket/lit";
import { SpannedText } from "./SpannedText";

/** `quotes`: sentences of the draft this passage carries. Folded, it is a title that opens when kept. */
interface Props { passage: PassageHit; quotes?: string[]; isFolded?: boolean }

export function PassageView({ passage, quotes, isFolded = false }: Props) {
  const { lit, kept, point, keep } = useLight();
  const box = useRef<HTMLElement>(null);
  const isLit = isCitationLit(lit, passage.citation);
  const self = { kind: "citation" as const, citation: passage.citation };
  const isKept = kept?.kind === "citation" && kept.citation === passage.citation;
  useEffect(() => {
    if (isLit && lit?.kind === "sentence") scrollWithin(box.current);
  }, [isLit, lit]);
  return (
    <section ref={box} className="source" data-lit={isLit || undefined} data-testid={`source-${passage.citation}`} aria-label={t("draft.source", { n: passage.citation })}
      onMouseEnter={() => point(self)} onMouseLeave={() => point(null)}>
      <header>
        <button type="button" className="source-title" aria-pressed={isKept} aria-expanded={isFolded ? isKept : undefined} onFocus={() => point(self)} onBlur={() => point(null)} onClick={() => keep(isKept ? null : self)}>
          {passage.citation > 0 && <span className="chip">{passage.citation}</span>}<b>{passage.title}</b> <span className="quiet">{passage.heading}</span>
        </button>
        <Link to="/knowledge/$articleId" params={{ articleId: passage.article_id }} search={{ passage: passage.passage_id, version: passage.version }} onClick={() => sawSources([passage.citation])} aria-label={t("answer.open", { title: passage.title })} title={t("answer.open", { title: passage.title })}>
          <IconExternalLink size={14} stroke={1.6} />
        </Link>
      </header>
      {(!isFolded || isKept) && <SpannedText text={passage.text} spans={passage.spans} isLit={isLit} label={passage.title} {...(quotes && { quotes })} />}
      <footer className="quiet">
        {passage.freshness !== "current" && <b className="stale">{t(`freshness.${passage.freshness}`)}</b>}
        {passage.audience === "internal" && <b>{t("audience.internal")}</b>}
        <span>{passage.source}, v{passage.version}, {passage.reviewed_at ? t("answer.reviewed", { day: day(passage.reviewed_at) }) : t("answer.unreviewed")}</span>
        {passage.why.length > 0 && !quotes && <span title={passage.why.join(", ")}>{passage.why.slice(0, 3).map(inWords).join(", ")}</span>}
      </footer>
    </section>
  );
}

/** The server writes "words: a, b" and "meaning (60 %)": the first word is one of a closed list. */
const inWords = (why: string): string => why.replace(/^\w+/, (first) => word("why", first));

/** Brings a source into sight inside the panel only: the page itself must not move. On a phone the words stand under the draft. */
export function scrollWithin(element: HTMLElement | null): void {
  const panel = element?.closest<HTMLElement>(".assist-scroll");
  if (!element || !panel || panel.scrollHeight <= panel.clientHeight) return;
  const top = element.getBoundingClientRect().top - panel.getBoundingClientRect().top;
  const bottom = top + element.offsetHeight;
  if (top < 0) panel.scrollTop += top - 8;
  else if (bottom > panel.clientHeight) panel.scrollTop += Math.min(top - 8, bottom - panel.clientHeight + 8);
}

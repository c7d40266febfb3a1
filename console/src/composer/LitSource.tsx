import { useEffect, useRef } from "react";
import type { TicketPage } from "../api/types";
import { SpannedText } from "../assist/SpannedText";
import { t } from "../strings";
import { isCitationLit, useLight } from "../ticket/lit";

/**
 * The kept source's words right over the send bar, where the panel with the sources is not in sight.
 * Only what was pressed: a box that comes by pointing would cover the sentence before the press ends.
 */
export function LitSource({ ticket, isPanelOpen }: { ticket: TicketPage; isPanelOpen: boolean }) {
  const { kept: lit } = useLight();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const top = box.current?.getBoundingClientRect();
    const pressed = document.querySelector<HTMLElement>('.draft-text [aria-pressed="true"]');
    if (!lit || !top?.height || !pressed) return;
    pressed.style.scrollMarginBottom = `${Math.round(window.innerHeight - top.top + 6)}px`;
    pressed.scrollIntoView({ block: "nearest" });
  }, [lit]);
  const { passages, similar, draft } = ticket.answer;
  const sentences = draft?.sentences ?? [];
  const quotes = (citation: number) => sentences
    .filter((sentence, i) => sentence.citations.includes(citation) && (lit?.kind !== "sentence" || lit.index === i)).map((sentence) => sentence.text);
  const found = [
    ...passages.map((one) => ({ ...one, name: one.title })),
    ...similar.map((one) => ({ citation: one.citation, name: `#${one.number} ${one.subject}`, text: one.reply || one.question, spans: [] })),
  ].filter((one) => isCitationLit(lit, one.citation));
  if (found.length === 0) return null;
  return (
    <div ref={box} className="lit-source" data-only-phone={isPanelOpen || undefined}>
      {found.map((one) => (
        <section key={one.citation}><b>{t("draft.source", { n: one.citation })}, {one.name}</b>
          <SpannedText text={one.text} spans={one.spans} quotes={quotes(one.citation)} isLit label={one.name} />
        </section>
      ))}
    </div>
  );
}

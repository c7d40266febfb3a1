import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { SimilarTicket } from "../api/types";
import { Ago } from "../states/Parts";
import { t } from "../strings";
import { isCitationLit, useLight } from "../ticket/lit";
import { scrollWithin } from "./PassageView";
import { SpannedText } from "./SpannedText";

/** A solved case like this one: what was asked, what was answered, and whether it held. */
export function SimilarView({ similar }: { similar: SimilarTicket }) {
  const { lit, kept, point, keep } = useLight();
  const box = useRef<HTMLElement>(null);
  const isLit = similar.citation > 0 && isCitationLit(lit, similar.citation);
  const self = { kind: "citation" as const, citation: similar.citation };
  const isKept = kept?.kind === "citation" && kept.citation === similar.citation;
  useEffect(() => {
    if (isLit && lit?.kind === "sentence") scrollWithin(box.current);
  }, [isLit, lit]);
  return (
    <section ref={box} className="source" data-lit={isLit || undefined} data-testid={similar.citation > 0 ? `source-${similar.citation}` : undefined} aria-label={similar.subject}
      onMouseEnter={() => similar.citation > 0 && point(self)} onMouseLeave={() => point(null)}>
      <header>
        <button type="button" className="source-title" aria-pressed={isKept} onFocus={() => similar.citation > 0 && point(self)} onBlur={() => point(null)} onClick={() => keep(isKept ? null : self)}>
          {similar.citation > 0 && <span className="chip">{similar.citation}</span>}<b>{similar.subject}</b>
        </button>
        <Link to="/tickets/$ticketId" params={{ ticketId: similar.ticket_id }}>#{similar.number}</Link>
      </header>
      {/* The found words are the question's; the reply is shown as it was sent. */}
      <SpannedText text={similar.question} spans={similar.spans} isLit={isLit} label={t("similar.question")} />
      {similar.reply && <div className="spanned past-reply" dir="auto" tabIndex={0} role="group" aria-label={t("similar.reply")}>{similar.reply}</div>}
      <footer className="quiet">
        <span className={similar.outcome === "good" ? undefined : "stale"}>{t(`outcome.${similar.outcome}`)}</span> <Ago at={similar.solved_at} />
      </footer>
    </section>
  );
}

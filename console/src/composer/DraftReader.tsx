import { Fragment } from "react";
import type { Sentence } from "../api/types";
import { t } from "../strings";
import { isSentenceLit, useLight, type Lit } from "../ticket/lit";
import type { DraftText } from "./useDraftText";

/** The draft as read: each sentence leads to what carries it, and says so when nothing does. */
export function DraftReader({ text, onEdit }: { text: DraftText; onEdit: () => void }) {
  const { sentences } = text.draft;
  if (text.body.trim() === "") return <button type="button" className="draft-empty" onClick={onEdit}>{t("draft.empty")}</button>;
  return (
    <div className="draft-text" dir="auto" onDoubleClick={onEdit} data-testid="draft-text">
      {text.runs.map((run, i) => {
        const sentence = run.sentence === null ? null : sentences[run.sentence];
        if (!sentence || run.sentence === null) return isTyped(run.text, text.draft.body) ? <span key={i} className="own">{run.text}</span> : run.text;
        return <SentenceView key={i} sentence={sentence} index={run.sentence} shown={run.text} />;
      })}
    </div>
  );
}

/** Words that are not part of the saved text are a person's, typed a moment ago. */
export const isTyped = (run: string, saved: string): boolean => run.trim() !== "" && !saved.includes(run.trim());

function SentenceView({ sentence, index, shown }: { sentence: Sentence; index: number; shown: string }) {
  const { lit, kept, point, keep } = useLight();
  if (sentence.support === "frame") return <>{shown}</>;
  if (sentence.support === "agent") return <span className="own">{shown}</span>;
  const self: Lit = { kind: "sentence", index, citations: sentence.citations };
  const isKept = kept?.kind === "sentence" && kept.index === index;
  const toggle = () => keep(isKept ? null : self);
  return (
    <>
      <span
        className="sentence" data-support={sentence.support} data-outdated={sentence.changed ? "yes" : undefined} data-lit={isSentenceLit(lit, index, sentence.citations) || undefined} data-testid={`sentence-${index}`}
        role="button" tabIndex={0} aria-pressed={isKept}
        onMouseEnter={() => point(self)} onMouseLeave={() => point(null)} onFocus={() => point(self)} onBlur={() => point(null)} onClick={toggle}
        onKeyDown={(event) => { if (isPress(event)) { event.preventDefault(); toggle(); } }}
      >
        {shown}
      </span>
      {sentence.support === "unsupported" && <span className="no-source">{t(sentence.said_before ? "draft.saidBefore" : "draft.noSource")}</span>}
      {sentence.citations.map((citation) => <Fragment key={citation}><Chip citation={citation} /></Fragment>)}
    </>
  );
}

function Chip({ citation }: { citation: number }) {
  const { kept, point, keep } = useLight();
  const self: Lit = { kind: "citation", citation };
  const isKept = kept?.kind === "citation" && kept.citation === citation;
  const toggle = () => keep(isKept ? null : self);
  return (
    // A word joiner and an inline box keep a source's number on the line its sentence ends on;
    // a real button could be broken off.
    <>{"\u2060"}<span className="chip" role="button" tabIndex={0} aria-label={t("draft.source", { n: citation })} data-testid={`chip-${citation}`} aria-pressed={isKept}
      onMouseEnter={() => point(self)} onMouseLeave={() => point(null)} onFocus={() => point(self)} onBlur={() => point(null)} onClick={toggle}
      onKeyDown={(event) => { if (isPress(event)) { event.preventDefault(); toggle(); } }}>
      {citation}
    </span></>
  );
}

/** What presses a button: Space, or Enter alone. */
const isPress = (event: React.KeyboardEvent): boolean => event.key === " " || (event.key === "Enter" && !event.ctrlKey && !event.metaKey);

import { useEffect, useRef, type RefObject } from "react";
import { t } from "../strings";
import { sentenceAt } from "../text/sentences";
import { useLight } from "../ticket/lit";
import { isTyped } from "./DraftReader";
import type { DraftText } from "./useDraftText";

/**
 * A plain text field over a mirror of itself. The mirror carries the marks (machine's words, missing
 * sources); the field carries caret, undo, spell check and input methods untouched.
 */
export function DraftEditor({ text, caret, onLeave }: { text: DraftText; caret: RefObject<[number, number] | null>; onLeave: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { point } = useLight();
  const { sentences } = text.draft;

  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    return () => point(null);
  }, [point]);

  const lightAtCaret = () => {
    caret.current = field.current ? [field.current.selectionStart, field.current.selectionEnd] : null;
    const index = sentenceAt(text.runs, field.current?.selectionStart ?? 0);
    const sentence = index === null ? undefined : sentences[index];
    point(sentence && index !== null ? { kind: "sentence", index, citations: sentence.citations } : null);
  };

  return (
    <div className="editor">
      <div className="editor-mirror" aria-hidden>
        {text.runs.map((run, i) => {
          const sentence = run.sentence === null ? null : sentences[run.sentence];
          const kind = sentence ? sentence.support : isTyped(run.text, text.draft.body) ? "agent" : "frame";
          return <span key={i} data-support={kind}>{run.text}</span>;
        })}
        {"\n"}
      </div>
      <textarea
        ref={field} dir="auto" value={text.body} spellCheck aria-label={t("draft.text")} data-testid="draft-editor"
        onChange={(event) => text.write(event.currentTarget.value)} onSelect={lightAtCaret}
        onKeyDown={(event) => { if (event.key === "Escape") { event.preventDefault(); onLeave(); } }}
      />
    </div>
  );
}

import { useRef, type Ref } from "react";
import type { LineProblem } from "../api/types";
import { t } from "../strings";
import { placeOfLine } from "./lines";

interface Props { label: string; text: string; problems: LineProblem[]; isReadOnly: boolean; onChange: (text: string) => void }

const lineHeight = 18;

/** A text with numbered lines; a problem names its line, and pressing it goes there. */
export function TextEditor({ label, text, problems, isReadOnly, onChange }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const count = text.split("\n").length;
  const go = (line: number) => {
    const [start, end] = placeOfLine(text, line);
    field.current?.focus({ preventScroll: true });
    field.current?.setSelectionRange(start, end);
    if (box.current) box.current.scrollTop = (line - 4) * lineHeight;
  };
  return (
    <>
      <div className="code" ref={box} data-readonly={isReadOnly || undefined}>
        <Numbers count={count} bad={new Set(problems.map((one) => one.line))} />
        <textarea ref={field as Ref<HTMLTextAreaElement>} aria-label={label} value={text} rows={count + 1} wrap="off" readOnly={isReadOnly} spellCheck={false} autoCapitalize="off" autoComplete="off" onChange={(event) => onChange(event.currentTarget.value)} />
      </div>
      {problems.length > 0 && (
        <ul className="problems" role="alert" data-testid="problems">
          {problems.map((one, i) => <li key={i}><button type="button" className="link" onClick={() => go(one.line)}>{t("policy.line", { n: one.line })}</button> {one.why}</li>)}
        </ul>
      )}
    </>
  );
}

function Numbers({ count, bad }: { count: number; bad: Set<number> }) {
  return <div className="code-numbers" aria-hidden>{Array.from({ length: count }, (_, i) => <span key={i} data-bad={bad.has(i + 1) || undefined}>{i + 1}</span>)}</div>;
}

import { useEffect, useMemo, useRef } from "react";
import type { Span } from "../api/types";
import { findQuote } from "../text/markdown";
import { toIndices } from "../text/offsets";
import { MarkdownText, type Stretch } from "./MarkdownText";

interface Props { text: string; spans: Span[]; quotes?: string[]; isLit: boolean; label: string }

/**
 * A source's words. What the draft quotes is marked; where it quotes nothing, the words that were found.
 * When lit, the first mark comes into sight inside its own box.
 */
export function SpannedText({ text, spans, quotes, isLit, label }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const quoted = quotes?.join("\n") ?? "";
  const marks = useMemo(() => stretches(text, spans, quoted === "" ? [] : quoted.split("\n")), [text, spans, quoted]);
  useEffect(() => {
    const mark = box.current?.querySelector("mark");
    if (isLit && box.current && mark) box.current.scrollTop = mark.offsetTop - 24;
  }, [isLit, marks]);
  return (
    <div ref={box} className="spanned" dir="auto" tabIndex={0} role="group" aria-label={label} data-quoted={marks.isQuoted || undefined}>
      <MarkdownText text={text} marks={marks.all} />
    </div>
  );
}

function stretches(text: string, spans: Span[], quotes: string[]): { all: Stretch[]; isQuoted: boolean } {
  const found = quotes.map((quote) => findQuote(text, quote)).filter((one) => one !== null);
  if (found.length > 0) return { all: found, isQuoted: true };
  const indices = toIndices(text, spans.flat());
  return { all: spans.map((_, i): Stretch => [indices[2 * i] ?? 0, indices[2 * i + 1] ?? 0]), isQuoted: false };
}

import { useEffect, useRef } from "react";
import type { Span } from "../api/types";
import { segments } from "../text/offsets";

/** A source's words with the used spans marked; when lit, the first span comes into sight inside its own box. */
export function SpannedText({ text, spans, isLit, label }: { text: string; spans: Span[]; isLit: boolean; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const mark = box.current?.querySelector("mark");
    if (isLit && box.current && mark) box.current.scrollTop = mark.offsetTop - 24;
  }, [isLit]);
  return (
    <div ref={box} className="spanned" dir="auto" tabIndex={0} role="group" aria-label={label}>
      {segments(text, spans.map(([start, end]) => ({ start, end, tag: "span" }))).map((part, i) => (part.tags.length > 0 ? <mark key={i}>{part.text}</mark> : part.text))}
    </div>
  );
}

import { useEffect, useRef } from "react";
import type { Article } from "../api/types";
import { t } from "../strings";
import { segments } from "../text/offsets";

/** The article's text as search cut it into passages, the cited one marked and in sight. */
export function PassageText({ article, passage }: { article: Article; passage: string | null }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector("mark")?.scrollIntoView({ block: "center" }), [passage]);
  const marks = article.passages.map((one) => ({ start: one.start, end: one.end, tag: one.id }));
  return (
    <div ref={box} className="passages letter-text" dir="auto" aria-label={t("article.asPassages")} role="group">
      {segments(article.body, marks).map((part, i) => {
        if (passage !== null && part.tags.includes(passage)) return <mark key={i}>{part.text}</mark>;
        return <span key={i} data-passage={part.tags[0]}>{part.text}</span>;
      })}
    </div>
  );
}

import { ActionIcon } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { IconArrowLeft } from "@tabler/icons-react";
import { useState } from "react";
import { articleQuery } from "../api/queries";
import type { Article } from "../api/types";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { day } from "../text/time";
import { LineOrigins } from "./LineOrigins";
import { MacroGround } from "./MacroFields";
import { Difference, OwnerBar } from "./OwnerBar";
import { PassageText } from "./PassageText";
import { TextEditor } from "./TextEditor";

export function ArticlePage() {
  const { articleId } = useParams({ from: "/shell/knowledge/$articleId" });
  const { passage, version } = useSearch({ from: "/shell/knowledge/$articleId" });
  const { data, error, refetch } = useQuery(articleQuery(articleId, version));
  if (error) return <div className="page"><Failure error={error} onRetry={() => void refetch()} /></div>;
  if (!data) return <div className="page"><Rows count={6} height={60} /></div>;
  return <ArticleView key={`${data.id} ${data.version}`} article={data} passage={passage ?? null} />;
}

function ArticleView({ article, passage }: { article: Article; passage: string | null }) {
  const navigate = useNavigate();
  const known = article.passages.some((one) => one.id === passage);
  const [isSource, setSource] = useState(known);
  const [isWriting, setWriting] = useState(false);
  const before = earlier(article);
  const shown = article.history.find((one) => one.version === article.version);
  return (
    <article className="page">
      <header className="page-head">
        <ActionIcon variant="subtle" color="gray" aria-label={t("back")} onClick={() => void navigate({ to: "/knowledge" })}><IconArrowLeft size={18} /></ActionIcon>
        <h1>{article.title}</h1>
        {!isWriting && article.kind === "article" && <button type="button" className="link" onClick={() => setSource(!isSource)}>{t(isSource ? "article.asRead" : "article.asPassages")}</button>}
        {!isWriting && article.version_state === "current" && <button type="button" className="link" onClick={() => setWriting(true)}>{t("write.change")}</button>}
      </header>
      <p className="quiet">
        {article.source} · {article.owner} · {word("article", article.state)} · {t(`audience.${article.audience}`)} · {t("answer.reviewed", { day: day(article.reviewed_at) })}, {t("article.reviewBy", { day: day(article.review_by) })}{" "}
        <b className={article.freshness === "current" ? undefined : "stale"}>{t(`freshness.${article.freshness}`)}</b>
      </p>
      {passage && !known && <p className="warning">{t("article.passageGone")}</p>}
      <nav className="versions" aria-label={t("article.versions")}>
        {article.history.map((one) => (
          <Link key={one.version} to="/knowledge/$articleId" params={{ articleId: article.id }} search={{ version: one.version }} aria-current={one.version === article.version ? "page" : undefined} title={one.digest}>
            v{one.version} <span className="quiet">{word("article", one.state)}{one.approved_at && `, ${day(one.approved_at)}`}</span>
          </Link>
        ))}
      </nav>
      {shown?.note && <p className="quiet">“{shown.note}” {shown.made_by}</p>}
      <MacroGround article={article} />
      <OwnerBar article={article} />
      <LineOrigins article={article} />
      {isWriting && <TextEditor article={article} onDone={() => setWriting(false)} />}
      {!isWriting && article.version_state === "proposed" && before > 0 && <Difference articleId={article.id} from={before} to={article.version} />}
      {!isWriting && article.kind === "macro" && <p className="letter-text" dir="auto">{article.body}</p>}
      {!isWriting && article.kind === "article" && (isSource
        ? <PassageText article={article} passage={passage} />
        // The server renders and sanitises this HTML from the article's Markdown.
        : <div className="prose" dir="auto" dangerouslySetInnerHTML={{ __html: article.html }} />)}
    </article>
  );
}

/** The version a proposed one would take the place of; 0 where there is none. */
const earlier = (article: Article): number => article.history.find((one) => one.state === "current")?.version ?? 0;

import { SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatch } from "@tanstack/react-router";
import { IconFilter } from "@tabler/icons-react";
import { useState } from "react";
import { articlesQuery } from "../api/queries";
import type { ArticleLine } from "../api/types";
import { More } from "../states/More";
import { Empty, Failure, Rows } from "../states/States";
import { t, word } from "../strings";
import { day } from "../text/time";
import { Contradictions } from "./Contradictions";
import { SourceHealth } from "./SourceHealth";

/** Every article the desk may lean on, with its owner and how fresh it is. */
export function KnowledgePage() {
  const article = useMatch({ from: "/shell/knowledge/$articleId", shouldThrow: false });
  const writing = useMatch({ from: "/shell/knowledge/new", shouldThrow: false });
  const open = article ?? writing;
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const [q] = useDebouncedValue(text, 250);
  const list = useInfiniteQuery(articlesQuery({ q, kind }));
  const articles = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="split" data-open={open ? "yes" : "no"}>
      <section className="split-list" aria-label={t("rail.knowledge")}>
        <header className="page-head">
          <h1>{t("rail.knowledge")}</h1>
          <TextInput aria-label={t("knowledge.filter")} placeholder={t("knowledge.filter")} leftSection={<IconFilter size={14} />} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <SegmentedControl size="xs" aria-label={t("knowledge.kinds")} value={kind} onChange={setKind} data={[{ value: "", label: t("kind.all") }, { value: "article", label: t("kind.article") }, { value: "macro", label: t("kind.macro") }]} />
          <Link className="link" to="/knowledge/new">{t("write.new")}</Link>
          <Link className="link" to="/patterns">{t("patterns.title")}</Link>
        </header>
        {!open && <Contradictions />}
        {!open && <SourceHealth />}
        {list.isPending && <Rows />}
        {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && articles.length === 0 && <Empty title={t("knowledge.empty")} detail={t("knowledge.emptyDetail")} />}
        <ul className="lines">{articles.map((article) => <li key={article.id}><Line article={article} /></li>)}</ul>
        <More has={list.hasNextPage} isBusy={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
      </section>
      <Outlet />
    </div>
  );
}

function Line({ article }: { article: ArticleLine }) {
  return (
    <Link to="/knowledge/$articleId" params={{ articleId: article.id }} className="line" activeProps={{ "aria-current": "page" }} activeOptions={{ includeSearch: false }}>
      <b>{article.title}</b>
      <span className="quiet one-line">
        {article.kind === "macro" && <>{t("kind.oneMacro")} · </>}
        {article.state !== "approved" && article.state !== article.freshness && <><b>{word("article", article.state)}</b> · </>}
        {article.freshness !== "current" && <><b className="stale">{t(`freshness.${article.freshness}`)}</b> · </>}
        {article.audience === "internal" && <>{t("audience.internal")} · </>}
        {t("answer.reviewed", { day: day(article.reviewed_at) })} · {article.source}, v{article.version} · {article.owner}
      </span>
    </Link>
  );
}

import { MultiSelect, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { articlesQuery, useDesk } from "../api/queries";
import type { Article } from "../api/types";
import { t } from "../strings";

/** The articles whose change sends a macro back to its owner. */
export function RestsOn({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  const list = useInfiniteQuery(articlesQuery({ kind: "article", state: "approved" }));
  const articles = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <MultiSelect searchable label={t("macros.restsOn")} description={t("macros.restsHow")} maxValues={20} value={value} onChange={onChange}
      data={articles.map((one) => ({ value: one.id, label: one.title }))} />
  );
}

interface About { category: string; language: string }
const languages = ["en", "de", "fr", "es", "pt"];

/** What a macro is for. */
export function MacroAbout({ value, onChange }: { value: About; onChange: (about: About) => void }) {
  const desk = useDesk();
  return (
    <div className="bar">
      <Select clearable label={t("macros.category")} data={desk.categories.map((one) => ({ value: one.key, label: one.name }))} value={value.category || null} onChange={(category) => onChange({ ...value, category: category ?? "" })} />
      <Select clearable label={t("macros.language")} data={languages} value={value.language || null} onChange={(language) => onChange({ ...value, language: language ?? "" })} />
    </div>
  );
}

/** What a macro rests on, and the change that sent it back. */
export function MacroGround({ article }: { article: Article }) {
  if (article.kind !== "macro") return null;
  return (
    <>
      {article.sent_back_by && (
        <p className="warning" role="status">
          {t("macros.sentBack")} <Link className="link" to="/knowledge/$articleId" params={{ articleId: article.sent_back_by.id }}>{article.sent_back_by.title}</Link>
        </p>
      )}
      <p className="quiet">
        {article.rests_on.length === 0 ? t("macros.restsOnSource", { source: article.source }) : `${t("macros.restsOn")}: `}
        {article.rests_on.map((one, i) => <span key={one.id}>{i > 0 && ", "}<Link className="link" to="/knowledge/$articleId" params={{ articleId: one.id }}>{one.title}</Link></span>)}
      </p>
    </>
  );
}

import { Select } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useDesk } from "../api/queries";
import type { Article } from "../api/types";
import { t } from "../strings";
import { ArticleChoice } from "./ArticleChoice";

/** The articles whose change sends a macro back to its owner. */
export function RestsOn({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  return <ArticleChoice label={t("macros.restsOn")} hint={t("macros.restsHow")} value={value} onChange={onChange} />;
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

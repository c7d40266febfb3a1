import { MultiSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { articlesQuery } from "../api/queries";
import { t } from "../strings";

interface Props { label: string; hint: string; value: string[]; onChange: (ids: string[]) => void }

/** Approved articles that something rests on, found by their words. */
export function ArticleChoice({ label, hint, value, onChange }: Props) {
  const [words, setWords] = useState("");
  const [titles, setTitles] = useState<Record<string, string>>({});
  const list = useInfiniteQuery(articlesQuery({ kind: "article", state: "approved", ...(words && { q: words }) }));
  const found = (list.data?.pages.flatMap((page) => page.items) ?? []).map((one) => ({ value: one.id, label: one.title }));
  // What is chosen stays on the list, whatever is looked for.
  const data = [...found, ...value.filter((id) => !found.some((one) => one.value === id)).map((id) => ({ value: id, label: titles[id] ?? id }))];
  const choose = (ids: string[]) => {
    setTitles((old) => ({ ...old, ...Object.fromEntries(data.map((one) => [one.value, one.label])) }));
    onChange(ids);
  };
  return <MultiSelect searchable maxValues={20} label={label} description={hint} placeholder={value.length === 0 ? t("articles.choose") : ""} searchValue={words} onSearchChange={setWords} data={data} value={value} onChange={choose} />;
}

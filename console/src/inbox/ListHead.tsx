import { ActionIcon, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { viewsQuery } from "../api/queries";
import { t, word } from "../strings";

/** Views that are there only while something is in them. */
const quiet = new Set<string>(["snoozed", "followed"]);

/** Views with counts, and the filter as tokens. */
export function ListHead({ view, q }: { view: string; q: string }) {
  const views = useQuery(viewsQuery);
  const navigate = useNavigate({ from: "/tickets" });
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  const filterBy = (next: string) => void navigate({ search: (old) => ({ ...old, q: next.trim() || undefined }) });
  return (
    <header className="list-head">
      <h1 className="unseen">{t("rail.inbox")}</h1>
      <nav className="views" aria-label={t("list.views")}>
        {(views.data ?? []).filter((one) => one.count > 0 || one.key === view || !quiet.has(one.key)).map((one) => (
          <button key={one.key} type="button" aria-pressed={one.key === view} onClick={() => void navigate({ search: (old) => ({ ...old, view: one.key === "inbox" ? undefined : one.key }) })}>
            {word("view", one.key)} <span className="count">{one.count}</span>
          </button>
        ))}
      </nav>
      <form onSubmit={(event) => { event.preventDefault(); filterBy(text); }}>
        <TextInput
          aria-label={t("list.filter")} placeholder={t("list.filterExample")} value={text} onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<IconFilter size={14} stroke={1.6} />}
          rightSection={text && <ActionIcon variant="subtle" size="sm" color="gray" aria-label={t("list.clear")} onClick={() => { setText(""); filterBy(""); }}><IconX size={14} /></ActionIcon>}
        />
      </form>
    </header>
  );
}

import { Button, Checkbox } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { answerTexts, listWaitingTexts } from "../api/knowledge";
import { queryClient } from "../api/queries";
import type { SourceLine, WaitingText } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

const keyOf = (text: { article_id: string; version: number }) => `${text.article_id} ${text.version}`;
const refresh = () => Promise.all(["article", "articles", "sources", "waiting"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));

/** The texts of a source that wait for its owner, ticked and answered together. What hides words has to be opened. */
export function WaitingTexts({ source }: { source: SourceLine }) {
  const [isOpen, setOpen] = useState(false);
  if (source.proposed === 0 && !isOpen) return null;
  return (
    <details className="waiting" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t(source.proposed === 1 ? "waiting.title1" : "waiting.title", { n: source.proposed })}</summary>
      {isOpen && <Listed source={source} />}
    </details>
  );
}

function Listed({ source }: { source: SourceLine }) {
  const { data, error, refetch } = useQuery({ queryKey: ["waiting", source.id], queryFn: () => listWaitingTexts(source.id) });
  const [ticked, setTicked] = useState<string[]>([]);
  const [refused, setRefused] = useState<Record<string, string>>({});
  const answer = useMutation({
    mutationFn: ({ texts, yes }: { texts: WaitingText[]; yes: boolean }) => answerTexts(source.id, texts, yes ? "approve" : "decline"),
    onSuccess: async ({ items }) => {
      setRefused(Object.fromEntries(items.flatMap((fate) => (fate.refused ? [[keyOf(fate), fate.refused]] : []))));
      setTicked([]);
      await refresh();
    },
    onError: notifyFailure,
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={2} />;
  const open = data.items.filter((text) => !text.hides);
  const chosen = open.filter((text) => ticked.includes(keyOf(text)));
  const tick = (key: string) => setTicked((old) => (old.includes(key) ? old.filter((one) => one !== key) : [...old, key]));
  return (
    <div role="group" aria-label={t("waiting.group", { source: source.name })}>
      {open.length > 1 && (
        <Checkbox size="xs" label={t("waiting.all")} checked={chosen.length === open.length} indeterminate={chosen.length > 0 && chosen.length < open.length}
          onChange={() => setTicked(chosen.length === open.length ? [] : open.map(keyOf))} />
      )}
      <ul className="waiting-texts">
        {data.items.map((text) => {
          const key = keyOf(text);
          return (
            <li key={key}>
              <Checkbox size="xs" aria-label={text.title} disabled={text.hides} checked={ticked.includes(key) && !text.hides} onChange={() => tick(key)} />
              <div>
                <Link to="/knowledge/$articleId" params={{ articleId: text.article_id }} search={{ version: text.version }}>{text.title}</Link>
                <span className="quiet"> {t(text.is_change ? "waiting.change" : "waiting.new")}{text.note && `, ${text.note}`}</span>
                {text.hides && <div className="stale">{t("waiting.hides")}</div>}
                {refused[key] && <div className="stale" role="status">{refused[key]}</div>}
              </div>
            </li>
          );
        })}
      </ul>
      <div className="bar">
        <Button size="compact-xs" disabled={chosen.length === 0} loading={answer.isPending} onClick={() => answer.mutate({ texts: chosen, yes: true })}>{t("waiting.approve", { n: chosen.length })}</Button>
        <Button size="compact-xs" variant="default" disabled={chosen.length === 0 || answer.isPending} onClick={() => answer.mutate({ texts: chosen, yes: false })}>{t("waiting.decline", { n: chosen.length })}</Button>
      </div>
    </div>
  );
}

import { Button, Select } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { IconAlertTriangle, IconBook2, IconPencilPlus } from "@tabler/icons-react";
import { useState } from "react";
import { draftArticle } from "../api/knowledge";
import { patternQuery, queryClient, sourcesQuery, useSession } from "../api/queries";
import type { DraftedArticle, PatternLine } from "../api/types";
import { notifyFailure } from "../states/notice";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";
import { Trend } from "./Trend";

/** Requests that ask for the same thing: how often, at what cost, and what answers them. */
export function PatternView({ pattern }: { pattern: PatternLine }) {
  const { agent } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [isDrafting, setDrafting] = useState(false);
  const name = pattern.words.length > 0 ? pattern.words.join(", ") : pattern.example;
  const cost = pattern.minutes === null ? t("pattern.costUnknown") : t("pattern.cost", { minutes: Math.round(pattern.minutes), timed: pattern.timed });
  return (
    <article className="pattern" data-kind={pattern.gap ?? "served"}>
      <header>
        <h2>{name}</h2>
        <p className="quiet">“{pattern.example}” · {t("pattern.requests", { n: pattern.requests, people: pattern.people })} · {pattern.categories[0]?.category.name ?? pattern.queue}</p>
        <p className="quiet">{cost}</p>
      </header>
      <Trend weeks={pattern.weeks} name={name} />
      <Sources pattern={pattern} />
      <div className="bar">
        <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>{t(isOpen ? "pattern.hideTickets" : "pattern.showTickets")}</button>
        {agent.role !== "auditor" && !isDrafting && <Button size="compact-sm" variant="default" leftSection={<IconPencilPlus size={14} aria-hidden />} onClick={() => setDrafting(true)}>{t("pattern.draft")}</Button>}
      </div>
      {isDrafting && <DraftForm pattern={pattern} onCancel={() => setDrafting(false)} />}
      {isOpen && <Tickets id={pattern.id} />}
    </article>
  );
}

function Sources({ pattern }: { pattern: PatternLine }) {
  const failed = [
    pattern.without_source > 0 && t("pattern.withoutSource", { n: pattern.without_source }),
    pattern.set_aside > 0 && t("pattern.setAside", { n: pattern.set_aside }),
    pattern.uncited > 0 && t("pattern.uncited", { n: pattern.uncited, answered: pattern.answered }),
  ].filter(Boolean);
  return (
    <div className="pattern-sources">
      {pattern.gap === "undocumented" && <p className="stale"><IconAlertTriangle size={14} aria-hidden /> {t("pattern.nothing")}</p>}
      {pattern.gap === "failing" && <p className="stale"><IconAlertTriangle size={14} aria-hidden /> {t("pattern.failing")}</p>}
      {pattern.sources.length > 0 && (
        <p><IconBook2 size={14} aria-hidden /> {t(pattern.gap === "undocumented" ? "pattern.near" : "pattern.answers")}{" "}
          {pattern.sources.slice(0, 4).map((one) => (
            <Link key={one.article_id} className="link" to="/knowledge/$articleId" params={{ articleId: one.article_id }}>{one.title}{one.cited > 0 && ` (${t("pattern.cited", { n: one.cited })})`}{one.freshness !== "current" && `, ${t(`freshness.${one.freshness}`)}`}</Link>
          ))}
        </p>
      )}
      {failed.length > 0 && <p className="quiet">{failed.join(" · ")}</p>}
    </div>
  );
}

/** Where the proposal goes; what says much of it already is shown before it is opened. */
function DraftForm({ pattern, onCancel }: { pattern: PatternLine; onCancel: () => void }) {
  const navigate = useNavigate();
  const sources = useQuery(sourcesQuery);
  const [source, setSource] = useState<string | null>(null);
  const open = (made: DraftedArticle) => void navigate({ to: "/knowledge/$articleId", params: { articleId: made.article_id }, search: { version: made.version } });
  const draft = useMutation({
    mutationFn: () => draftArticle(pattern.id, source ?? ""),
    onSuccess: async (made) => {
      await Promise.all(["articles", "sources"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
      if (made.alike.length === 0) open(made);
    },
    onError: notifyFailure,
  });
  if (draft.data) {
    return (
      <div className="panel" role="status">
        <b>{t("pattern.alike")}</b>
        <ul>{draft.data.alike.map((one) => <li key={one.article_id}><Link className="link" to="/knowledge/$articleId" params={{ articleId: one.article_id }}>{one.title}</Link></li>)}</ul>
        <Button size="compact-sm" onClick={() => draft.data && open(draft.data)}>{t("pattern.openDraft")}</Button>
      </div>
    );
  }
  return (
    <form className="panel" onSubmit={(event) => { event.preventDefault(); draft.mutate(); }}>
      <p className="quiet">{t("pattern.draftLead")}</p>
      <div className="bar draft-form">
        <Select label={t("write.source")} required data={(sources.data?.items ?? []).map((one) => ({ value: one.key, label: `${one.name} (${one.owner})` }))} value={source} onChange={setSource} />
        <Button type="submit" size="sm" disabled={!source} loading={draft.isPending}>{t("pattern.draftNow")}</Button>
        <Button size="sm" variant="default" onClick={onCancel}>{t("cancel")}</Button>
      </div>
    </form>
  );
}

function Tickets({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(patternQuery(id));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={3} />;
  return (
    <ul className="lines">
      {data.tickets.map((one) => (
        <li key={one.id}><Link className="line" to="/tickets/$ticketId" params={{ ticketId: one.id }}><b>#{one.number} {one.subject}</b><span className="quiet one-line">{one.excerpt}</span></Link></li>
      ))}
    </ul>
  );
}

import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { answerText, macrosResting, reviewArticle, withdrawArticle } from "../api/knowledge";
import { changesQuery, queryClient } from "../api/queries";
import type { Article, NamedArticle, TouchedDraft } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Failure, Rows } from "../states/States";
import { t } from "../strings";

const refresh = () => Promise.all(["article", "articles", "sources"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
const instant = (day: string) => (day ? `${day}T00:00:00Z` : null);

/** What only the owner does: answer a proposed text, say that the current one still holds, take it back. */
export function OwnerBar({ article }: { article: Article }) {
  const [day, setDay] = useState("");
  const [touched, setTouched] = useState<{ drafts: TouchedDraft[]; macros: NamedArticle[] } | null>(null);
  const answer = useMutation({
    mutationFn: (yes: boolean) => answerText(article.id, article.version, yes ? "approve" : "decline", instant(day)),
    onSuccess: async (list, yes) => { if (yes) setTouched({ drafts: list.items, macros: article.kind === "article" && article.version > 1 ? (await macrosResting(article.id)).items : [] }); await refresh(); },
    onError: notifyFailure,
  });
  const review = useMutation({ mutationFn: () => reviewArticle(article.id, instant(day)), onSuccess: async () => { notify(t("owner.reviewed")); await refresh(); }, onError: notifyFailure });
  const withdraw = useMutation({ mutationFn: () => withdrawArticle(article.id), onSuccess: async () => { notify(t("owner.withdrawn")); await refresh(); }, onError: notifyFailure });
  const isProposed = article.version_state === "proposed";
  const isCurrent = article.version_state === "current";
  if (touched) return <Touched drafts={touched.drafts} macros={touched.macros} />;
  if (!article.yours || (!isProposed && !isCurrent)) return null;
  return (
    <section className="panel" aria-label={t("owner.label")}>
      {isProposed && article.hidden.length > 0 && (
        <div className="warning" role="status">
          <b>{t("owner.hidden")}</b>
          <ul>{article.hidden.map((one, i) => <li key={i}>{t(`hiding.${one.how}`)}: <code>{one.quote}</code></li>)}</ul>
        </div>
      )}
      <div className="bar owner-bar">
        <TextInput type="date" label={t("owner.nextReview")} value={day} onChange={(event) => setDay(event.currentTarget.value)} />
        {isProposed && <>
          <Button loading={answer.isPending && answer.variables} onClick={() => answer.mutate(true)}>{t("owner.approve")}</Button>
          <Button variant="default" loading={answer.isPending && !answer.variables} onClick={() => answer.mutate(false)}>{t("owner.decline")}</Button>
        </>}
        {isCurrent && <>
          <Button variant="default" loading={review.isPending} onClick={() => review.mutate()}>{t("owner.stillRight")}</Button>
          {article.state !== "withdrawn" && <Button variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()}>{t("owner.withdraw")}</Button>}
        </>}
      </div>
    </section>
  );
}

/** Open drafts and macros that rest on the words an approved change replaced. */
function Touched({ drafts, macros }: { drafts: TouchedDraft[]; macros: NamedArticle[] }) {
  return (
    <section className="panel" role="status">
      <b>{drafts.length === 0 ? t("owner.touchesNone") : t("owner.touches", { n: drafts.length })}</b>
      <ul className="lines">{drafts.map((one) => <li key={one.draft_id}><Link className="line" to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }}>#{one.number} {one.subject}</Link></li>)}</ul>
      {macros.length > 0 && <b>{t("macros.touched", { n: macros.length })}</b>}
      <ul className="lines">{macros.map((one) => <li key={one.id}><Link className="line" to="/knowledge/$articleId" params={{ articleId: one.id }}>{one.title}</Link></li>)}</ul>
    </section>
  );
}

/** What became of the text between two versions. */
export function Difference({ articleId, from, to }: { articleId: string; from: number; to: number }) {
  const { data, error, refetch } = useQuery(changesQuery(articleId, from, to));
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={3} />;
  return (
    <section>
      <h2>{t("article.changes")}</h2>
      <div className="difference letter-text" dir="auto" role="group" aria-label={t("article.changes")}>
        {data.items.map((piece, i) => {
          if (piece.change === "gone") return <del key={i}>{piece.text}</del>;
          if (piece.change === "new") return <ins key={i}>{piece.text}</ins>;
          return <span key={i}>{piece.text}</span>;
        })}
      </div>
    </section>
  );
}

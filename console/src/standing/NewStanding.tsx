import { Button, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../api/queries";
import { beginStanding, previewStanding, type StandingText } from "../api/standing";
import type { PolicyLine, StandingPreview } from "../api/types";
import { ArticleChoice } from "../knowledge/ArticleChoice";
import { notifyFailure } from "../states/notice";
import { ProofField, useProof } from "../states/Proof";
import { t } from "../strings";

const monthMs = 30 * 86_400_000;

/** First what would leave and on which evidence, then the password, then the yes. A change asks for the preview again. */
export function NewStanding({ categories, onClose }: { categories: PolicyLine[]; onClose: () => void }) {
  const [category, setCategory] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [articles, setArticles] = useState<string[]>([]);
  const [aDay, setADay] = useState<number | string>(20);
  const [aRequester, setARequester] = useState<number | string>(1);
  const [until, setUntil] = useState(() => new Date(Date.now() + monthMs).toISOString().slice(0, 10));
  const proof = useProof("password");
  const [shown, setShown] = useState<{ wanted: StandingText; preview: StandingPreview } | null>(null);
  const changed = <T,>(set: (value: T) => void) => (value: T) => { set(value); setShown(null); };
  const end = new Date(`${until}T23:59:59`);
  const wanted: StandingText = { category: category ?? "", text, a_day: Number(aDay), a_requester: Number(aRequester), until: Number.isNaN(end.getTime()) ? "" : end.toISOString(), articles };
  const look = useMutation({ mutationFn: () => previewStanding(wanted), onSuccess: (preview) => setShown({ wanted, preview }), onError: notifyFailure });
  const begin = useMutation({
    mutationFn: async () => { if (!shown) return; await proof.confirm(); await beginStanding(shown.wanted, shown.preview.digest); },
    onSuccess: () => { void queryClient.invalidateQueries({ queryKey: ["standing"] }); onClose(); },
    onError: notifyFailure,
  });
  return (
    <section className="panel" aria-label={t("standing.new")}>
      <Select label={t("standing.category")} searchable data={categories.map((one) => ({ value: one.key, label: one.name }))} value={category} onChange={changed(setCategory)} />
      <Textarea label={t("standing.text")} description={t("standing.textHint")} autosize minRows={6} maxRows={18} maxLength={2000} value={text} onChange={(event) => changed(setText)(event.currentTarget.value)} />
      <ArticleChoice label={t("standing.articles")} hint={t("standing.articlesHint")} value={articles} onChange={changed(setArticles)} />
      <div className="bar standing-limits">
        <NumberInput size="xs" label={t("standing.aDay")} min={1} max={200} value={aDay} onChange={changed(setADay)} />
        <NumberInput size="xs" label={t("standing.aRequester")} min={1} max={3} value={aRequester} onChange={changed(setARequester)} />
        <TextInput type="date" label={t("standing.until")} value={until} onChange={(event) => changed(setUntil)(event.currentTarget.value)} />
      </div>
      {shown && (
        <>
          <p role="status">{t("standing.evidence", { right: shown.preview.right, answered: shown.preview.answered })}</p>
          <article className="paper letter-text" aria-label={t("standing.letter")}>{shown.preview.letter}</article>
          {shown.preview.unfit ? <p className="warning" role="alert">{shown.preview.unfit}</p> : <ProofField label={t("seal.password")} {...proof.field} />}
        </>
      )}
      <div className="bar">
        {shown && !shown.preview.unfit
          ? <Button loading={begin.isPending} disabled={!proof.isGiven} onClick={() => begin.mutate()}>{t("standing.begin")}</Button>
          : <Button loading={look.isPending} disabled={!category || text.trim() === "" || articles.length === 0} onClick={() => look.mutate()}>{t("standing.preview")}</Button>}
        <Button variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
      </div>
    </section>
  );
}

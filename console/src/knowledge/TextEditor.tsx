import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { proposeText, startArticle } from "../api/knowledge";
import { queryClient, sourcesQuery } from "../api/queries";
import type { Article, Audience } from "../api/types";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** What is typed survives a reload until it is proposed. */
function useKept(key: string, first: string): [string, (text: string) => void, () => void] {
  const name = `article ${key}`;
  const [text, setText] = useState(() => sessionStorage.getItem(name) ?? first);
  const write = (next: string) => { setText(next); sessionStorage.setItem(name, next); };
  return [text, write, () => sessionStorage.removeItem(name)];
}

/** A new text for an article. It grounds nothing until the owner's yes. */
export function TextEditor({ article, onDone }: { article: Article; onDone: () => void }) {
  const navigate = useNavigate();
  const [title, setTitle, forgetTitle] = useKept(`${article.id} title`, article.title);
  const [body, setBody, forgetBody] = useKept(`${article.id} body`, article.body);
  const [note, setNote] = useState("");
  const current = article.history.find((one) => one.state === "current")?.version ?? 0;
  const propose = useMutation({
    mutationFn: () => proposeText(article.id, current, { title, body, note }),
    onSuccess: async (placed) => {
      forgetTitle();
      forgetBody();
      await queryClient.invalidateQueries({ queryKey: ["article", article.id] });
      onDone();
      void navigate({ to: "/knowledge/$articleId", params: { articleId: article.id }, search: { version: placed.version } });
    },
    onError: notifyFailure,
  });
  const isSame = title === article.title && body === article.body;
  return (
    <form className="text-editor" onSubmit={(event) => { event.preventDefault(); propose.mutate(); }}>
      <TextInput label={t("write.title")} required maxLength={200} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
      <Textarea label={t("write.body")} required autosize minRows={12} value={body} onChange={(event) => setBody(event.currentTarget.value)} />
      <TextInput label={t("write.note")} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <p className="quiet">{t("write.lead", { owner: article.owner })}</p>
      <div className="bar">
        <Button type="submit" loading={propose.isPending} disabled={isSame || !body.trim() || !title.trim()}>{t("write.propose")}</Button>
        <Button variant="default" onClick={() => { forgetTitle(); forgetBody(); onDone(); }}>{t("write.discard")}</Button>
      </div>
    </form>
  );
}

/** An article that is not there yet. */
export function NewArticlePage() {
  const navigate = useNavigate();
  const sources = useQuery(sourcesQuery);
  const [source, setSource] = useState<string | null>(null);
  const [audience, setAudience] = useState<Audience>("public");
  const [title, setTitle, forgetTitle] = useKept("new title", "");
  const [body, setBody, forgetBody] = useKept("new body", "");
  const [note, setNote] = useState("");
  const start = useMutation({
    mutationFn: () => startArticle({ source: source ?? "", title, body, note, audience }),
    onSuccess: async (placed) => {
      forgetTitle();
      forgetBody();
      await queryClient.invalidateQueries({ queryKey: ["articles"] });
      void navigate({ to: "/knowledge/$articleId", params: { articleId: placed.article_id }, search: { version: placed.version } });
    },
    onError: notifyFailure,
  });
  const chosen = sources.data?.items.find((one) => one.key === source);
  return (
    <div className="page">
      <header className="page-head"><h1>{t("write.new")}</h1></header>
      <form className="text-editor" onSubmit={(event) => { event.preventDefault(); start.mutate(); }}>
        <div className="bar">
          <Select label={t("write.source")} required data={(sources.data?.items ?? []).map((one) => ({ value: one.key, label: `${one.name} (${one.owner})` }))} value={source} onChange={setSource} />
          <Select label={t("write.audience")} required disabled={chosen?.audience === "internal"} data={[{ value: "public", label: t("audience.public") }, { value: "internal", label: t("audience.internal") }]}
            value={chosen?.audience === "internal" ? "internal" : audience} onChange={(value) => setAudience(value === "internal" ? "internal" : "public")} />
        </div>
        <TextInput label={t("write.title")} required maxLength={200} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <Textarea label={t("write.body")} required autosize minRows={12} value={body} onChange={(event) => setBody(event.currentTarget.value)} />
        <TextInput label={t("write.note")} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <p className="quiet">{chosen ? t("write.lead", { owner: chosen.owner }) : t("write.leadNew")}</p>
        <div className="bar"><Button type="submit" loading={start.isPending} disabled={!source || !body.trim() || !title.trim()}>{t("write.propose")}</Button></div>
      </form>
    </div>
  );
}

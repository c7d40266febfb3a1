import { Button, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { proposeText, startArticle } from "../api/knowledge";
import { queryClient, sourcesQuery } from "../api/queries";
import type { Article, ArticleKind, Audience } from "../api/types";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import { MacroAbout, RestsOn } from "./MacroFields";

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
  const [restsOn, setRestsOn] = useState(article.rests_on.map((one) => one.id));
  const current = article.history.find((one) => one.state === "current")?.version ?? 0;
  const propose = useMutation({
    mutationFn: () => proposeText(article.id, current, { title, body, note, rests_on: restsOn }),
    onSuccess: async (placed) => {
      forgetTitle();
      forgetBody();
      await queryClient.invalidateQueries({ queryKey: ["article", article.id] });
      onDone();
      void navigate({ to: "/knowledge/$articleId", params: { articleId: article.id }, search: { version: placed.version } });
    },
    onError: notifyFailure,
  });
  const isSame = title === article.title && body === article.body && restsOn.join() === article.rests_on.map((one) => one.id).join();
  return (
    <form className="text-editor" onSubmit={(event) => { event.preventDefault(); propose.mutate(); }}>
      <TextInput label={t("write.title")} required maxLength={200} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
      <Textarea label={t(article.kind === "macro" ? "macros.text" : "write.body")} required autosize minRows={12} value={body} onChange={(event) => setBody(event.currentTarget.value)} />
      {article.kind === "macro" && <Slots />}
      {article.kind === "macro" && <RestsOn value={restsOn} onChange={setRestsOn} />}
      <TextInput label={t("write.note")} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      <p className="quiet">{t("write.lead", { owner: article.owner })}</p>
      <div className="bar">
        <Button type="submit" loading={propose.isPending} disabled={isSame || !body.trim() || !title.trim()}>{t("write.propose")}</Button>
        <Button variant="default" onClick={() => { forgetTitle(); forgetBody(); onDone(); }}>{t("write.discard")}</Button>
      </div>
    </form>
  );
}

/** Which slots there are. */
const Slots = () => <p className="quiet">{t("write.slots", { slots: slots.map((slot) => `{{${slot}}}`).join(" "), example: "{{requester.first_name|there}}" })}</p>;
const slots = ["requester.name", "requester.first_name", "organization.name", "ticket.number", "ticket.subject", "agent.name"];

/** An article that is not there yet. */
export function NewArticlePage() {
  const navigate = useNavigate();
  const sources = useQuery(sourcesQuery);
  const [source, setSource] = useState<string | null>(null);
  const [kind, setKind] = useState<ArticleKind>("article");
  const [about, setAbout] = useState({ category: "", language: "" });
  const [restsOn, setRestsOn] = useState<string[]>([]);
  const [audience, setAudience] = useState<Audience>("public");
  const [title, setTitle, forgetTitle] = useKept("new title", "");
  const [body, setBody, forgetBody] = useKept("new body", "");
  const [note, setNote] = useState("");
  const start = useMutation({
    mutationFn: () => startArticle({ source: source ?? "", title, body, note, audience, ...(kind === "macro" && { kind, ...about, rests_on: restsOn }) }),
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
          <Select label={t("write.kind")} required allowDeselect={false} data={[{ value: "article", label: t("kind.oneArticle") }, { value: "macro", label: t("kind.oneMacro") }]} value={kind} onChange={(value) => setKind(value === "macro" ? "macro" : "article")} />
          <Select label={t("write.source")} required data={(sources.data?.items ?? []).map((one) => ({ value: one.key, label: `${one.name} (${one.owner})` }))} value={source} onChange={setSource} />
          <Select label={t("write.audience")} required disabled={chosen?.audience === "internal"} data={[{ value: "public", label: t("audience.public") }, { value: "internal", label: t("audience.internal") }]}
            value={chosen?.audience === "internal" ? "internal" : audience} onChange={(value) => setAudience(value === "internal" ? "internal" : "public")} />
        </div>
        <TextInput label={t("write.title")} required maxLength={200} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <Textarea label={t(kind === "macro" ? "macros.text" : "write.body")} required autosize minRows={12} value={body} onChange={(event) => setBody(event.currentTarget.value)} />
        {kind === "macro" && <Slots />}
        {kind === "macro" && <MacroAbout value={about} onChange={setAbout} />}
        {kind === "macro" && <RestsOn value={restsOn} onChange={setRestsOn} />}
        <TextInput label={t("write.note")} maxLength={500} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <p className="quiet">{chosen ? t("write.lead", { owner: chosen.owner }) : t("write.leadNew")}</p>
        <div className="bar"><Button type="submit" loading={start.isPending} disabled={!source || !body.trim() || !title.trim()}>{t("write.propose")}</Button></div>
      </form>
    </div>
  );
}

import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../api/http";
import { savePolicy, tryPolicy } from "../api/policies";
import { colleaguesQuery, policyQuery, queryClient, useSession } from "../api/queries";
import type { LineProblem, Policy } from "../api/types";
import { proven } from "../states/AskProof";
import { notify, notifyFailure } from "../states/notice";
import { sentenceOf } from "../states/States";
import { t } from "../strings";
import { DryRunTable } from "./DryRunTable";
import { TextEditor } from "./TextEditor";
import { VoicePreview } from "./VoicePreview";

/** Changing a policy: write, try it on past tickets, save with an owner, a date and a reason. */
export function PolicyForm({ policy }: { policy: Policy }) {
  const { agent } = useSession();
  const [body, setBody] = useState(policy.body);
  const [owner, setOwner] = useState(policy.owner?.id ?? agent.id);
  const [review, setReview] = useState((policy.state === "lapsed" ? null : policy.review_by)?.slice(0, 10) ?? inDays(180));
  const [note, setNote] = useState("");
  const [problems, setProblems] = useState<LineProblem[]>([]);
  const trial = useMutation({ mutationFn: () => tryPolicy(policy.kind, policy.key, body), onSuccess: (run) => setProblems(run.problems), onError: notifyFailure });
  const save = useMutation({
    mutationFn: () => proven(() => savePolicy(policy.kind, policy.key, policy.version, { body, owner, review_by: review, note: note.trim() })),
    onSuccess: async (saved) => {
      setNote("");
      setProblems([]);
      trial.reset();
      queryClient.setQueryData(policyQuery(policy.kind, policy.key).queryKey, saved);
      notify(saved.version > policy.version ? t("policy.saved", { n: saved.version }) : t("gates.waits"));
      await Promise.all(["policies", "tasks", "open-tickets", "gates"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => setProblems(linesOf(error)),
  });
  const change = (text: string) => { setBody(text); setProblems([]); trial.reset(); };
  const isStale = save.error instanceof Problem && save.error.isStale;
  const failure = save.error && linesOf(save.error).length === 0 ? (isStale ? t("policy.stale") : sentenceOf(save.error)) : null;
  return (
    <form className="policy-form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <TextEditor label={t("policy.text")} text={body} problems={problems} isReadOnly={false} onChange={change} />
      <div className="bar">
        {policy.kind !== "persona" && <Button variant="default" onClick={() => trial.mutate()} loading={trial.isPending}>{t("policy.try")}</Button>}
        {body !== policy.body && <Button variant="subtle" color="gray" onClick={() => change(policy.body)}>{t("policy.asSaved")}</Button>}
      </div>
      {trial.data && trial.data.problems.length === 0 && <DryRunTable run={trial.data} />}
      {policy.kind === "persona" && <VoicePreview policyKey={policy.key} body={body} onProblems={setProblems} />}
      {failure && <p className="warning" role="alert">{failure}</p>}
      <div className="bar policy-save">
        <Select label={t("policy.owner")} data={useOwners(policy)} value={owner} onChange={(value) => value && setOwner(value)} allowDeselect={false} />
        <TextInput type="date" label={t("policy.review")} required min={inDays(1)} max={inDays(730)} value={review} onChange={(event) => setReview(event.currentTarget.value)} />
        <TextInput label={t("policy.note")} required className="policy-note" maxLength={400} placeholder={t("policy.noteExample")} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Button type="submit" loading={save.isPending} disabled={!note.trim() || !review}>{t("policy.save")}</Button>
      </div>
    </form>
  );
}

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** Whoever can answer for a policy: colleagues, and the owner it has. */
function useOwners(policy: Policy): { value: string; label: string }[] {
  const { agent } = useSession();
  const all = [agent, policy.owner, ...(useQuery(colleaguesQuery).data ?? [])].filter((one) => one !== null);
  return [...new Map(all.map((one) => [one.id, { value: one.id, label: one.name }])).values()];
}

const linesOf = (error: unknown): LineProblem[] => (error instanceof Problem && error.lines ? error.lines : []);

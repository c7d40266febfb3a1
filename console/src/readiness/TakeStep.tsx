import { Button, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient } from "../api/queries";
import { takeStep, type Part } from "../api/readiness";
import type { Rung } from "../api/types";
import { proven } from "../states/AskProof";
import { notifyFailure } from "../states/notice";
import { t, word } from "../strings";
import { usePartWords } from "./words";

interface Props { category: string; part: Part; name: string; rungs: Rung[]; onClose: () => void }

/** One step, with its reason, of the whole category or of a part. Up asks for the password. */
export function TakeStep({ category, part, name, rungs, onClose }: Props) {
  const [rung, setRung] = useState<Rung>(rungs[0] ?? "off");
  const [reason, setReason] = useState("");
  const partWords = usePartWords();
  const step = useMutation({
    mutationFn: () => proven(() => takeStep({ category, rung, reason, ...part })),
    onSuccess: () => { void queryClient.invalidateQueries({ queryKey: ["readiness"] }); onClose(); },
    onError: notifyFailure,
  });
  return (
    <form className="ready-step" aria-label={t("readiness.step", { name })} onSubmit={(event) => { event.preventDefault(); if (reason.trim()) step.mutate(); }}>
      <div className="bar">
        <Select size="xs" label={t("readiness.to")} value={rung} allowDeselect={false} data={rungs.map((value) => ({ value, label: word("rung", value) }))} onChange={(value) => value && setRung(value as Rung)} />
      </div>
      <TextInput size="xs" label={t("readiness.reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <div className="bar"><Button type="submit" size="compact-sm" disabled={!reason.trim()} loading={step.isPending}>{t("readiness.take")}</Button><Button size="compact-sm" variant="default" onClick={onClose}>{t("cancel")}</Button>{partWords(part) && <span className="quiet">{partWords(part)}</span>}</div>
    </form>
  );
}

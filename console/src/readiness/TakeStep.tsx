import { Button, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { queryClient, useDesk } from "../api/queries";
import { readinessQuery, takeStep } from "../api/readiness";
import type { Rung } from "../api/types";
import { proven } from "../states/AskProof";
import { notifyFailure } from "../states/notice";
import { t, word } from "../strings";

interface Props { category: string; name: string; rungs: Rung[]; onClose: () => void }

/** One step, with its reason; in one queue or in all of them. Up asks for the password. */
export function TakeStep({ category, name, rungs, onClose }: Props) {
  const [rung, setRung] = useState<Rung>(rungs[0] ?? "off");
  const [queue, setQueue] = useState("");
  const [reason, setReason] = useState("");
  const { queues } = useDesk();
  const step = useMutation({
    mutationFn: () => proven(() => takeStep({ category, rung, reason, ...(queue && { queue }) })),
    onSuccess: () => { void queryClient.invalidateQueries({ queryKey: readinessQuery.queryKey }); onClose(); },
    onError: notifyFailure,
  });
  return (
    <form className="ready-step" aria-label={t("readiness.step", { name })} onSubmit={(event) => { event.preventDefault(); if (reason.trim()) step.mutate(); }}>
      <div className="bar">
        <Select size="xs" label={t("readiness.to")} value={rung} allowDeselect={false} data={rungs.map((value) => ({ value, label: word("rung", value) }))} onChange={(value) => value && setRung(value as Rung)} />
        <Select size="xs" label={t("readiness.where")} value={queue} allowDeselect={false} data={[{ value: "", label: t("readiness.everywhere") }, ...queues.map((one) => ({ value: one.key, label: one.name }))]} onChange={(value) => setQueue(value ?? "")} />
      </div>
      <TextInput size="xs" label={t("readiness.reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <div className="bar"><Button type="submit" size="compact-sm" disabled={!reason.trim()} loading={step.isPending}>{t("readiness.take")}</Button><Button size="compact-sm" variant="default" onClick={onClose}>{t("cancel")}</Button></div>
    </form>
  );
}

import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { takeEvalCase } from "../api/evals";
import { queryClient } from "../api/queries";
import type { EvalSeverity, TicketPage } from "../api/types";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import { failures, type FailureKind } from "../text/failures";

const severities: EvalSeverity[] = ["minor", "major", "severe"];

/** Takes an eval case from the ticket: what was wrong in one press, and the case opens to be checked. */
export function EvalCaseBox({ ticket, onClose }: { ticket: TicketPage; onClose: () => void }) {
  const [severity, setSeverity] = useState<EvalSeverity>("major");
  const navigate = useNavigate();
  const take = useMutation({
    mutationFn: (failure: FailureKind) => takeEvalCase(ticket.id, failure, severity),
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: ["eval-cases"] });
      onClose();
      void navigate({ to: "/eval-cases", search: { open: made.id } });
    },
    onError: notifyFailure,
  });
  return (
    <section className="attention" aria-label={t("evals.take")} data-testid="eval-case-box" onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <p>{t("evals.what")}</p>
      <div className="attention-do">
        <label>{t("evals.severity")} <select value={severity} autoFocus onChange={(event) => setSeverity(event.currentTarget.value as EvalSeverity)}>
          {severities.map((one) => <option key={one} value={one}>{t(`evals.severity.${one}`)}</option>)}
        </select></label>
        {failures.map(({ kind }) => <Button key={kind} size="compact-xs" variant="default" disabled={take.isPending} onClick={() => take.mutate(kind)}>{t(`failure.${kind}`)}</Button>)}
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
      </div>
    </section>
  );
}

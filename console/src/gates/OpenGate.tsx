import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { gateQuery, promoteGate, withdrawGate } from "../api/gates";
import { queryClient, useSession } from "../api/queries";
import type { GateFinding, GateLine } from "../api/types";
import { proven } from "../states/AskProof";
import { Confirm } from "../states/Confirm";
import { notify, notifyFailure } from "../states/notice";
import { Failure, Rows } from "../states/States";
import { t, word } from "../strings";

/** The cases that came out otherwise, and what a person may do about it. */
export function OpenGate({ line }: { line: GateLine }) {
  const { data, error, refetch } = useQuery(gateQuery(line.id, line.state));
  const { agent } = useSession();
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <Rows count={3} />;
  const mayDecide = agent.role === "lead" || agent.role === "admin";
  return (
    <section className="gate" aria-label={line.name} data-testid="gate">
      {line.why && <p className="quiet">{t("gates.why", { why: line.why })}{line.decided_by && <> · {line.decided_by}</>}</p>}
      {data.findings.length === 0 && data.hidden === 0 && line.state !== "waiting" && <p className="quiet">{t("gates.allAlike")}</p>}
      {data.findings.map((one) => <Finding key={one.case_id} one={one} />)}
      {data.hidden > 0 && <p className="quiet">{t("gates.hidden", { n: data.hidden })}</p>}
      {mayDecide && (line.state === "undecided" || line.state === "waiting") && <Decide line={line} />}
    </section>
  );
}

function Finding({ one }: { one: GateFinding }) {
  const fails = one.after === "failed";
  return (
    <div className={fails ? "gate-case failing" : "gate-case"}>
      <p><b>{t(fails ? "gates.fails" : "gates.mended")}</b> <Link className="link" to="/eval-cases" search={{ state: "approved", open: one.case_id }}>{one.title}</Link> <span className="quiet">{t(`evals.severity.${one.severity}`)}</span></p>
      {fails && <ul>{one.differences.map((d, i) => <li key={i}>{word("gates.scorer", d.scorer)}: {t("gates.difference", { wanted: d.wanted, found: d.found })}</li>)}</ul>}
    </div>
  );
}

function Decide({ line }: { line: GateLine }) {
  const [reason, setReason] = useState("");
  const done = async (said: string) => {
    notify(said);
    await Promise.all(["gates", "gate", "policies", "tasks"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
  };
  const promote = useMutation({ mutationFn: () => proven(() => promoteGate(line.id, reason)), onSuccess: () => done(t("gates.decided")), onError: notifyFailure });
  const withdraw = useMutation({ mutationFn: () => withdrawGate(line.id), onSuccess: () => done(t("gates.takenBack")), onError: notifyFailure });
  const isBusy = promote.isPending || withdraw.isPending;
  return (
    <form className="attention-do" onSubmit={(event) => { event.preventDefault(); promote.mutate(); }}>
      {line.state === "undecided" && (
        <>
          <TextInput size="sm" aria-label={t("gates.reason")} placeholder={t("gates.reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Button type="submit" disabled={isBusy || !reason.trim()} loading={promote.isPending}>{t("gates.promote")}</Button>
        </>
      )}
      {(line.subject !== "program" || (line.name === "model" && line.state === "waiting")) && <Confirm label={t("gates.withdraw")} question={t("gates.sure")} isBusy={isBusy} onYes={() => withdraw.mutate()} />}
    </form>
  );
}

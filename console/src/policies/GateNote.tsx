import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { rollBack } from "../api/gates";
import { policyQuery, queryClient } from "../api/queries";
import type { Policy } from "../api/types";
import { proven } from "../states/AskProof";
import { Confirm } from "../states/Confirm";
import { notify, notifyFailure } from "../states/notice";
import { t } from "../strings";

/** What the eval cases are asked before a new version holds, and the version that waits for them. */
export function GateNote({ policy }: { policy: Policy }) {
  if (!policy.gate) return null;
  const { waiting, cases, seconds, requests } = policy.gate;
  if (waiting) return <p className="stale" role="status">{t("gates.waits")} <Link className="link" to="/gates" search={{ open: waiting }}>{t("gates.open")}</Link></p>;
  return <p className="quiet">{cases === 0 ? t("gates.noCases") : t("gates.beforeStart", { cases, seconds, requests })}</p>;
}

/** The version that held before holds again. */
export function RollBack({ policy }: { policy: Policy }) {
  const back = useMutation({
    mutationFn: () => proven(() => rollBack(policy.kind, policy.key)),
    onSuccess: async (saved) => {
      queryClient.setQueryData(policyQuery(policy.kind, policy.key).queryKey, saved);
      notify(t("gates.rolledBack", { n: saved.version }));
      await Promise.all(["policies", "tasks", "gates"].map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
    },
    onError: notifyFailure,
  });
  return <Confirm label={t("gates.rollBack")} question={t("gates.rollBackSure")} isBusy={back.isPending} onYes={() => back.mutate()} />;
}

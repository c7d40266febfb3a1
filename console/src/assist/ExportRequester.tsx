import { useMutation } from "@tanstack/react-query";
import { useSession } from "../api/queries";
import { exportRequester } from "../api/tickets";
import type { Customer } from "../api/types";
import { saveFile } from "../insights/download";
import { proven } from "../states/AskProof";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** Everything the desk holds of somebody, as a file for whoever asks for a copy of it. */
export function ExportRequester({ customer }: { customer: Customer }) {
  const { agent } = useSession();
  const save = useMutation({
    mutationFn: () => proven(() => exportRequester(customer.id)),
    onSuccess: (held) => saveFile(`person-${customer.id}.json`, "application/json", JSON.stringify(held, null, 2)),
    onError: notifyFailure,
  });
  if (agent.role !== "admin" || !customer.email.includes("@")) return null;
  return <button type="button" className="quiet link" disabled={save.isPending} onClick={() => save.mutate()}>{t(save.isPending ? "export.running" : "export.person")}</button>;
}

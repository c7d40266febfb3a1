import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { settleDelivery } from "../api/drafts";
import { queryClient } from "../api/queries";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** The mail server never said whether it took the letter: only a person can find out, and nothing is sent again by itself. */
export function UncertainNote({ outboxId, ticketId }: { outboxId: string; ticketId: string }) {
  const settle = useMutation({
    mutationFn: (verdict: "sent" | "not_sent") => settleDelivery(outboxId, verdict),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["ticket", ticketId] }),
    onError: notifyFailure,
  });
  return (
    <div role="alert" data-testid="uncertain">
      <p>{t("uncertain.what")}</p>
      <div className="bar">
        <Button variant="default" loading={settle.isPending} onClick={() => settle.mutate("sent")}>{t("uncertain.sent")}</Button>
        <Button variant="default" disabled={settle.isPending} onClick={() => settle.mutate("not_sent")}>{t("uncertain.notSent")}</Button>
      </div>
    </div>
  );
}

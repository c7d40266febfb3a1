import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { splitTicket } from "../api/attention";
import { queryClient, useDesk } from "../api/queries";
import { offerUndo } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** Makes a ticket of its own of a letter, alone or with all that follows. */
export function SplitOff({ ticketId, messageId }: { ticketId: string; messageId: string }) {
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  const desk = useDesk();
  const split = useMutation({
    mutationFn: (take: "alone" | "following") => splitTicket(ticketId, messageId, take),
    onSuccess: async (made) => {
      offerUndo({ kind: "split", label: t("undo.split"), ticketId: made.ticket_id, number: made.number, until: Date.now() + desk.undo_seconds * 1000 });
      for (const key of ["views", "tickets", "ticket"]) void queryClient.invalidateQueries({ queryKey: [key] });
      await navigate({ to: "/tickets/$ticketId", params: { ticketId: made.ticket_id }, search: (old: object) => old });
    },
    onError: notifyFailure,
  });
  if (!isAsking) return <button type="button" className="quiet" onClick={() => setAsking(true)}>{t("split.ask")}</button>;
  return (
    <>
      <button type="button" disabled={split.isPending} onClick={() => split.mutate("alone")}>{t("split.alone")}</button>
      <button type="button" disabled={split.isPending} onClick={() => split.mutate("following")}>{t("split.following")}</button>
      <button type="button" className="quiet" onClick={() => setAsking(false)}>{t("cancel")}</button>
    </>
  );
}

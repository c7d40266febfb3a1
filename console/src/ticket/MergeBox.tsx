import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { mergeTicket } from "../api/attention";
import { queryClient, useDesk } from "../api/queries";
import type { TicketPage } from "../api/types";
import { dropFromLists } from "../inbox/news";
import { offerUndo } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** Joins the ticket with another of the same requester: chosen from their others, or typed by its number. */
export function MergeBox({ ticket, onClose }: { ticket: TicketPage; onClose: () => void }) {
  const [into, setInto] = useState("");
  const navigate = useNavigate();
  const desk = useDesk();
  const others = ticket.customer.tickets.filter((one) => one.id !== ticket.id && one.status !== "closed");
  const merge = useMutation({
    mutationFn: () => mergeTicket(ticket.id, into.trim()),
    onSuccess: async (other) => {
      offerUndo({ kind: "merge", label: t("undo.merged", { n: other.number }), ticketId: ticket.id, number: ticket.number, until: Date.now() + desk.undo_seconds * 1000 });
      dropFromLists(ticket.id);
      for (const key of ["views", "tickets", "tasks", "ticket"]) void queryClient.invalidateQueries({ queryKey: [key] });
      onClose();
      await navigate({ to: "/tickets/$ticketId", params: { ticketId: other.ticket_id }, search: (old: object) => old });
    },
    onError: notifyFailure,
  });
  return (
    <section className="attention" aria-label={t("merge.title")} data-testid="merge">
      <form className="attention-do" onSubmit={(event) => { event.preventDefault(); if (into.trim()) merge.mutate(); }} onKeyDown={(event) => event.key === "Escape" && onClose()}>
        {others.length > 0 && (
          <label>{t("merge.into")} <select value={into} autoFocus onChange={(event) => setInto(event.currentTarget.value)}>
            <option value="">{t("transfer.choose")}</option>
            {others.map((one) => <option key={one.id} value={String(one.number)}>#{one.number} {one.subject}</option>)}
          </select></label>
        )}
        <TextInput className="attention-note" size="xs" aria-label={t("merge.number")} placeholder={t("merge.number")} autoFocus={others.length === 0} value={into} onChange={(event) => setInto(event.currentTarget.value)} />
        <Button type="submit" size="compact-sm" disabled={!into.trim()} loading={merge.isPending}>{t("merge.do")}</Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
      </form>
      <p className="quiet">{t("merge.what")}</p>
    </section>
  );
}

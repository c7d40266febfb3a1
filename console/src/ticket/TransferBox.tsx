import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { colleaguesQuery, queryClient, useSession } from "../api/queries";
import { addNote, changeSeen, type TicketChange } from "../api/tickets";
import type { Colleague, TicketPage } from "../api/types";
import { offerUndo } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";

/** Who works in a queue; leads and administrators without queues of their own work in all. */
export const worksIn = (one: Colleague, queue: string): boolean =>
  one.role !== "auditor" && (one.queues.includes(queue) || (one.queues.length === 0 && (one.role === "lead" || one.role === "admin")));

/** Gives the ticket to a colleague of its queue, or to another queue, with a word for whoever takes it. */
export function TransferBox({ ticket, onClose }: { ticket: TicketPage; onClose: () => void }) {
  const { agent, desk } = useSession();
  const { data: colleagues } = useQuery(colleaguesQuery);
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const give = useMutation({
    mutationFn: async () => {
      const [kind, key] = [to.slice(0, 1), to.slice(2)];
      const change: TicketChange = kind === "a" ? { assignee: key } : { queue: key };
      await changeSeen(ticket, change);
      if (note.trim()) await addNote(ticket.id, note.trim());
    },
    onSuccess: () => {
      const back: TicketChange = { queue: ticket.queue, assignee: ticket.assignee?.id ?? null };
      offerUndo({ kind: "change", label: t("undo.transferred"), back, ticketId: ticket.id, number: ticket.number, until: Date.now() + desk.undo_seconds * 1000 });
      for (const key of ["views", "tickets", "tasks", "ticket"]) void queryClient.invalidateQueries({ queryKey: [key] });
      onClose();
    },
    onError: (error) => {
      notifyFailure(error);
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    },
  });
  const people = (colleagues ?? []).filter((one) => one.id !== agent.id && one.id !== ticket.assignee?.id && worksIn(one, ticket.queue));
  return (
    <section className="attention" aria-label={t("transfer.title")} data-testid="transfer">
      <form className="attention-do" onSubmit={(event) => { event.preventDefault(); if (to) give.mutate(); }} onKeyDown={(event) => event.key === "Escape" && onClose()}>
        <label>{t("transfer.to")} <select value={to} autoFocus onChange={(event) => setTo(event.currentTarget.value)}>
          <option value="">{t("transfer.choose")}</option>
          <optgroup label={t("transfer.people")}>{people.map((one) => <option key={one.id} value={`a:${one.id}`}>{one.name}</option>)}</optgroup>
          <optgroup label={t("transfer.queues")}>{desk.queues.filter((one) => one.key !== ticket.queue).map((one) => <option key={one.key} value={`q:${one.key}`}>{one.name}</option>)}</optgroup>
        </select></label>
        <TextInput className="attention-note" size="xs" aria-label={t("transfer.note")} placeholder={t("transfer.note")} value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <Button type="submit" size="compact-sm" disabled={!to} loading={give.isPending}>{t("transfer.do")}</Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
      </form>
    </section>
  );
}

import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconZzz } from "@tabler/icons-react";
import { useState } from "react";
import { bringBack, putOff } from "../api/attention";
import { queryClient, snoozeTimesQuery, useDesk } from "../api/queries";
import type { TicketPage } from "../api/types";
import { dropFromLists } from "../inbox/news";
import { offerUndo } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { t, word } from "../strings";
import { moment } from "../text/time";

interface Props { ticket: TicketPage; isOpen: boolean; onClose: () => void }

const refresh = (ticketId: string) => ["views", "tickets", "tasks"].forEach((key) => void queryClient.invalidateQueries({ queryKey: [key] })) ?? void queryClient.invalidateQueries({ queryKey: ["ticket", ticketId] });

/** Puts the ticket off: to a time of the business calendar, to any minute, or until the requester writes. Says until when, while it is. */
export function SnoozeBox({ ticket, isOpen, onClose }: Props) {
  const back = useMutation({ mutationFn: () => bringBack(ticket.id), onSuccess: () => refresh(ticket.id), onError: notifyFailure });
  if (!isOpen && !ticket.snooze) return null;
  return (
    <section className="attention" aria-label={t("snooze.title")} data-testid="snooze">
      {ticket.snooze && (
        <p><IconZzz size={14} stroke={1.8} aria-hidden /> {ticket.snooze.until ? t("snooze.until", { at: moment(ticket.snooze.until), who: ticket.snooze.by }) : t("snooze.untilReply", { who: ticket.snooze.by })}{" "}
          <Button size="compact-sm" variant="subtle" onClick={() => back.mutate()} loading={back.isPending}>{t("snooze.back")}</Button></p>
      )}
      {isOpen && <Times ticket={ticket} onClose={onClose} />}
    </section>
  );
}

function Times({ ticket, onClose }: { ticket: TicketPage; onClose: () => void }) {
  const { data } = useQuery(snoozeTimesQuery(ticket.id));
  const [own, setOwn] = useState("");
  const navigate = useNavigate();
  const desk = useDesk();
  const put = useMutation({
    mutationFn: (until: string | null) => putOff(ticket.id, until),
    onSuccess: ({ before }, until) => {
      const label = until ? t("undo.snoozed", { at: moment(until) }) : t("undo.snoozedUntilReply");
      offerUndo({ kind: "snooze", label, before: before && { until: before.until }, ticketId: ticket.id, number: ticket.number, until: Date.now() + desk.undo_seconds * 1000 });
      dropFromLists(ticket.id);
      refresh(ticket.id);
      onClose();
      const next = ticket.next_ticket_id;
      if (next) void navigate({ to: "/tickets/$ticketId", params: { ticketId: next }, search: (old: object) => old });
      else void navigate({ to: "/tickets", search: (old: object) => old });
    },
    onError: notifyFailure,
  });
  return (
    <form className="attention-do" onSubmit={(event) => { event.preventDefault(); if (own) put.mutate(new Date(own).toISOString()); }} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      {(data?.times ?? []).map((one, n) => (
        <Button key={one.key} size="compact-sm" variant="default" autoFocus={n === 0} onClick={() => put.mutate(one.at)} title={moment(one.at)}>{word("snoozeTime", one.key)} <span className="quiet">&nbsp;{moment(one.at)}</span></Button>
      ))}
      <Button size="compact-sm" variant="default" onClick={() => put.mutate(null)}>{t("snooze.reply")}</Button>
      <label>{t("snooze.own")} <input type="datetime-local" value={own} onChange={(event) => setOwn(event.currentTarget.value)} /></label>
      <Button type="submit" size="compact-sm" variant="default" disabled={!own}>{t("snooze.do")}</Button>
      <Button size="compact-sm" variant="subtle" color="gray" onClick={onClose}>{t("cancel")}</Button>
    </form>
  );
}

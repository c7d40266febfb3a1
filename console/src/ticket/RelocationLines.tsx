import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconArrowMerge, IconArrowsSplit2 } from "@tabler/icons-react";
import { undoMerge, undoSplit } from "../api/attention";
import { queryClient } from "../api/queries";
import { addNote } from "../api/tickets";
import type { OtherTicket, TicketPage } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { t } from "../strings";

const refresh = () => ["views", "tickets", "tasks", "ticket"].forEach((key) => void queryClient.invalidateQueries({ queryKey: [key] }));

/** Where letters of this ticket went or came from, with the way back. */
export function RelocationLines({ ticket }: { ticket: TicketPage }) {
  const { merged_into: into, merged, split_from: from, split_off: off } = ticket.relocations;
  if (!into && !from && merged.length === 0 && off.length === 0) return null;
  return (
    <section className="attention" aria-label={t("relocation.title")} data-testid="relocations">
      {into && <Line other={into} says="relocation.into" undo={() => undoMerge(ticket.id)} />}
      {merged.map((one) => <Line key={one.ticket_id} other={one} says="relocation.merged" undo={() => undoMerge(one.ticket_id)}><Drafted ticketId={ticket.id} draft={one.draft} /></Line>)}
      {from && !into && <Line other={from} says="relocation.from" undo={() => undoSplit(ticket.id)} />}
      {off.map((one) => <Line key={one.ticket_id} other={one} says="relocation.off" />)}
    </section>
  );
}

interface LineProps { other: OtherTicket; says: "relocation.into" | "relocation.merged" | "relocation.from" | "relocation.off"; undo?: () => Promise<void>; children?: React.ReactNode }

function Line({ other, says, undo, children }: LineProps) {
  const back = useMutation({ mutationFn: () => undo?.() ?? Promise.resolve(), onSuccess: refresh, onError: notifyFailure });
  const Icon = says === "relocation.into" || says === "relocation.merged" ? IconArrowMerge : IconArrowsSplit2;
  return (
    <>
      <p><Icon size={14} stroke={1.8} aria-hidden /> {t(says)} <Link to="/tickets/$ticketId" params={{ ticketId: other.ticket_id }}>#{other.number}</Link>{" "}
        <span className="quiet">{other.by}, <Ago at={other.at} /></span>{" "}
        {undo && <Button size="compact-sm" variant="subtle" onClick={() => back.mutate()} loading={back.isPending}>{t("undo.button")}</Button>}</p>
      {children}
    </>
  );
}

/** What a person had begun to write on the ticket that was merged: it can be read here, and kept as a note. */
function Drafted({ ticketId, draft }: { ticketId: string; draft?: string | null }) {
  const keep = useMutation({
    mutationFn: (words: string) => addNote(ticketId, words),
    onSuccess: () => { notify(t("relocation.noted")); refresh(); },
    onError: notifyFailure,
  });
  if (!draft) return null;
  return (
    <details>
      <summary>{t("relocation.draft")}</summary>
      <p className="letter-text" dir="auto">{draft}</p>
      <Button size="compact-sm" variant="default" onClick={() => keep.mutate(draft)} loading={keep.isPending}>{t("relocation.note")}</Button>
    </details>
  );
}

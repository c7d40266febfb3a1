import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconCalendarDue } from "@tabler/icons-react";
import { answerPromise } from "../api/attention";
import { queryClient, useDesk } from "../api/queries";
import type { Promised, TicketPage } from "../api/types";
import { offerUndo } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { t } from "../strings";
import { dueBy } from "../text/time";

/** What our letters on this ticket promise by a day: a person says whether it is a promise, and when it was kept. */
export function PromiseList({ ticket }: { ticket: TicketPage }) {
  const own = ticket.customer.promises.filter((one) => one.ticket_id === ticket.id);
  if (own.length === 0) return null;
  return <ul className="attention promises" aria-label={t("promise.title")} data-testid="promises">{own.map((one) => <Line key={one.id} promise={one} />)}</ul>;
}

function Line({ promise }: { promise: Promised }) {
  const desk = useDesk();
  const answer = useMutation({
    mutationFn: (state: "confirmed" | "dismissed" | "kept") => answerPromise(promise.ticket_id, promise.id, state),
    onSuccess: (_, state) => {
      for (const key of [["ticket", promise.ticket_id], ["tasks"]]) void queryClient.invalidateQueries({ queryKey: key });
      if (state === "kept") offerUndo({ kind: "promise", label: t("undo.kept"), promiseId: promise.id, ticketId: promise.ticket_id, number: promise.number, until: Date.now() + desk.undo_seconds * 1000 });
    },
    onError: notifyFailure,
  });
  const give = (state: "confirmed" | "dismissed" | "kept") => <Button size="compact-sm" variant="default" onClick={() => answer.mutate(state)} disabled={answer.isPending}>{t(`promise.do.${state}`)}</Button>;
  const isLate = Date.parse(promise.due) < Date.now();
  return (
    <li data-state={promise.state}>
      <span className="clock" data-kind={isLate ? "missed" : "runs"}><IconCalendarDue size={14} aria-hidden />{t(promise.state === "found" ? "promise.ask" : isLate ? "promise.late" : "promise.due", { at: dueBy(promise.due), who: promise.by })}</span> <q>{promise.words}</q>{" "}
      {promise.state === "found" ? <>{give("confirmed")} {give("dismissed")}</> : give("kept")}
    </li>
  );
}

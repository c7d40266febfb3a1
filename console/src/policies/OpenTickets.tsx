import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { sortOpen } from "../api/policies";
import { openTicketsQuery, queryClient, useDesk } from "../api/queries";
import type { OpenTickets as Open, Policy } from "../api/types";
import { offerUndo, verdictTime } from "../shell/undo";
import { notifyFailure } from "../states/notice";
import { t, word } from "../strings";

/** After a new version: open tickets nobody touched that would be sorted otherwise. They move when a lead says so. */
export function OpenTickets({ policy }: { policy: Policy }) {
  const { kind, key } = policy;
  const { data } = useQuery(openTicketsQuery(kind, key));
  const sort = useMutation({
    mutationFn: (lines: Open["moved"]) => sortOpen(kind, key, lines.map((line) => line.ticket_id)),
    onSuccess: async ({ moved }, lines) => {
      const first = lines.find((line) => moved.includes(line.ticket_id));
      if (first) offerUndo({ kind: "sorted", until: Date.now() + verdictTime, ticketId: first.ticket_id, number: first.number, label: t(moved.length === 1 ? "open.done1" : "open.done", { n: moved.length }), policy: [kind, key] });
      await Promise.all(["open-tickets", "tickets", "ticket", "views"].map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
    },
    onError: notifyFailure,
  });
  const lines = data?.moved ?? [];
  if (lines.length === 0) return null;
  return (
    <section data-testid="open-tickets" aria-label={t("open.label")}>
      <p role="status"><b>{t(lines.length === 1 ? "open.title1" : "open.title", { n: lines.length })}</b> <span className="quiet">{t("open.untouched")}</span></p>
      <ul className="open-tickets">{lines.slice(0, 10).map((line) => <OpenTicket key={line.ticket_id} line={line} />)}</ul>
      {lines.length > 10 && <p className="quiet">{t("open.andMore", { n: lines.length - 10 })}</p>}
      <div className="bar"><Button onClick={() => sort.mutate(lines)} loading={sort.isPending}>{t(lines.length === 1 ? "open.sort1" : "open.sort", { n: lines.length })}</Button></div>
    </section>
  );
}

function OpenTicket({ line }: { line: Open["moved"][number] }) {
  const desk = useDesk();
  const queue = (key: string) => desk.queues.find((one) => one.key === key)?.name ?? key;
  const { was, would } = line;
  const parts = [
    was.queue !== would.queue && `${queue(was.queue)} → ${queue(would.queue)}`,
    was.model !== would.model && `${word("model", was.model)} → ${word("model", would.model)}`,
    line.raised.length > 0 && t("open.raised", { flags: line.raised.map((flag) => word("risk", flag)).join(", ") }),
    line.gone.length > 0 && t("open.gone", { flags: line.gone.map((flag) => word("risk", flag)).join(", ") }),
  ].filter((part) => part !== false);
  return <li><Link to="/tickets/$ticketId" params={{ ticketId: line.ticket_id }}>#{line.number}</Link> {line.subject} <span className="quiet">{parts.join("; ")}</span></li>;
}

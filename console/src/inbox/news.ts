import { useEffect, useRef, useState } from "react";
import { queryClient, ticketsQuery } from "../api/queries";
import { listTickets, type TicketFilter } from "../api/tickets";
import type { TicketLine } from "../api/types";
import { announce, watchLists } from "../shell/live";
import { t } from "../strings";

/** A ticket that only moved up from the next page is no news; one that came in later than all shown is. */
const arrival = (ticket: TicketLine): string => ticket.last_inbound_at ?? ticket.created_at;

/**
 * New mail must not move the rows under a reader's hand: while the list is held, known tickets are refreshed in their
 * place, unknown ones are only counted until the person asks for them. A list nobody holds shows them at once.
 */
export function useQuietNews(filter: TicketFilter, shown: TicketLine[], isHeld: () => boolean): { count: number; show: () => void } {
  const [count, setCount] = useState(0);
  const latest = useRef({ shown, isHeld });
  latest.current = { shown, isHeld };
  const key = ticketsQuery(filter).queryKey;
  const keyText = JSON.stringify(key);

  useEffect(() => {
    setCount(0);
    let isCurrent = true;
    const refresh = async () => {
      if (latest.current.shown.length === 0) return void queryClient.invalidateQueries({ queryKey: key });
      const page = await listTickets(filter).catch(() => null);
      if (!page || !isCurrent) return;
      if (!latest.current.isHeld()) {
        setCount(0);
        return void queryClient.setQueryData(key, (old) => old && { pages: [page], pageParams: old.pageParams.slice(0, 1) });
      }
      const fresh = new Map(page.items.map((ticket) => [ticket.id, ticket]));
      queryClient.setQueryData(key, (old) => old && { ...old, pages: old.pages.map((one) => ({ ...one, items: one.items.map((ticket) => fresh.get(ticket.id) ?? ticket) })) });
      const known = new Set(latest.current.shown.map((ticket) => ticket.id));
      const newest = latest.current.shown.map(arrival).sort().at(-1) ?? "";
      const unknown = page.items.filter((ticket) => !known.has(ticket.id) && arrival(ticket) > newest).length;
      if (unknown > 0) announce(t(unknown === 1 ? "list.news1" : "list.news", { n: unknown }));
      setCount(unknown);
    };
    const stop = watchLists(() => void refresh());
    return () => {
      isCurrent = false;
      stop();
    };
    // The key's text stands for the filter.
  }, [keyText]);

  return {
    count,
    show: () => {
      setCount(0);
      void queryClient.invalidateQueries({ queryKey: key });
    },
  };
}

type Pages = { pages: { items: TicketLine[]; next_cursor: string | null }[]; pageParams: unknown[] };

function changeLists(holds: (filter: TicketFilter) => boolean, change: (items: TicketLine[]) => TicketLine[]): void {
  queryClient.setQueriesData<Pages>(
    { queryKey: ["tickets"], predicate: ({ queryKey }) => holds((queryKey[1] ?? {}) as TicketFilter) },
    (old) => old && { ...old, pages: old.pages.map((page) => ({ ...page, items: change(page.items) })) },
  );
}

/** Takes a finished ticket out of the lists of unfinished ones, before the server says so. */
export function dropFromLists(ticketId: string): void {
  const unfinished = ["inbox", "mine", "unassigned"];
  changeLists((filter) => unfinished.includes(filter.view ?? "inbox") && !/(^|\s)(is|status):/i.test(filter.q ?? ""), (items) => items.filter((ticket) => ticket.id !== ticketId));
}

/** A ticket that was opened is no longer unread, in every list. */
export function showRead(ticketId: string): void {
  changeLists(() => true, (items) => items.map((ticket) => (ticket.id === ticketId ? { ...ticket, unread: false } : ticket)));
}

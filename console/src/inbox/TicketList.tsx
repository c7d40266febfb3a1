import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { ticketsQuery } from "../api/queries";
import type { TicketFilter } from "../api/tickets";
import type { TicketLine } from "../api/types";
import { useAction } from "../shell/actions";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { ChosenBar } from "./ChosenBar";
import { toggleChosen } from "./chosen";
import { MorningBox } from "./MorningBox";
import { ListHead } from "./ListHead";
import { TicketRows } from "./TicketRows";
import { useQuietNews } from "./news";

/** The demo's starting point must be in sight, wherever the clock put it. */
const firstOnTop = (tickets: TicketLine[]): TicketLine[] => [...tickets.filter((ticket) => ticket.first), ...tickets.filter((ticket) => !ticket.first)];

export function TicketList({ openId }: { openId: string | null }) {
  const { view = "inbox", q = "" } = useSearch({ from: "/shell/tickets" });
  const filter: TicketFilter = useMemo(() => ({ view, ...(q && { q }) }), [view, q]);
  const list = useInfiniteQuery(ticketsQuery(filter));
  const tickets = useMemo(() => firstOnTop(list.data?.pages.flatMap((page) => page.items) ?? []), [list.data]);
  const [cursor, setCursor] = useState<string | null>(null);
  const box = useRef<HTMLElement>(null);
  const isRead = openId !== null || cursor !== null || (list.data?.pages.length ?? 0) > 1;
  const news = useQuietNews(filter, tickets, () => isRead || (box.current?.matches(":hover, :focus-within") ?? true));
  const navigate = useNavigate();

  const at = tickets.findIndex((ticket) => ticket.id === (openId ?? cursor));
  const move = (step: number) => {
    const next = tickets[Math.max(0, Math.min(tickets.length - 1, at + step))];
    if (!next) return;
    setCursor(next.id);
    if (openId) void navigate({ to: "/tickets/$ticketId", params: { ticketId: next.id }, search: (old) => old, replace: true });
  };
  const hasRows = tickets.length > 0;
  useAction("list.next", () => move(1), hasRows);
  useAction("list.previous", () => move(-1), hasRows);
  useAction("list.choose", () => { const id = openId ?? cursor ?? tickets[0]?.id; if (id) { setCursor(id); toggleChosen(id); } }, hasRows);
  useAction("list.open", () => {
    const id = cursor ?? tickets[0]?.id;
    if (id) void navigate({ to: "/tickets/$ticketId", params: { ticketId: id }, search: (old) => old });
  }, hasRows && !openId);

  return (
    <section ref={box} className="list" aria-label={t("list.label")}>
      <ListHead view={view} q={q} />
      {news.count > 0 && (
        <button type="button" className="news" onClick={news.show}>{t(news.count === 1 ? "list.news1" : "list.news", { n: news.count })}</button>
      )}
      {view === "inbox" && q === "" && <MorningBox />}
      {list.isPending && <Rows count={10} height={openId ? 56 : 36} />}
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && !hasRows && <Empty title={t(q ? "list.noneFound" : "list.empty")} detail={t(q ? "list.noneFoundDetail" : "list.emptyDetail")} />}
      {hasRows && (
        <TicketRows
          tickets={tickets}
          isNarrow={openId !== null}
          currentId={openId ?? cursor}
          openId={openId}
          onEnd={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()}
        />
      )}
      <ChosenBar tickets={tickets} />
    </section>
  );
}

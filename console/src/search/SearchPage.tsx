import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { keepSearch, openedFound } from "../api/knowledge";
import { search } from "../api/tickets";
import type { Span } from "../api/types";
import { PassageView } from "../assist/PassageView";
import { Ago } from "../states/Parts";
import { Empty, Failure, Rows } from "../states/States";
import { t } from "../strings";
import { toIndices } from "../text/offsets";

/** A line of words with what was looked for marked. */
function Marked({ text, spans }: { text: string; spans: Span[] }) {
  const at = toIndices(text, spans.flat());
  const edges = [0, ...at, text.length];
  const pieces = edges.slice(1).map((end, i) => text.slice(edges[i], end));
  return <span>{pieces.map((piece, i) => (i % 2 === 1 ? <mark key={i}>{piece}</mark> : piece))}</span>;
}

export function SearchPage() {
  const { q = "" } = useSearch({ from: "/shell/search" });
  const [text, setText] = useState(q);
  const navigate = useNavigate();
  const found = useQuery({ queryKey: ["search", q], queryFn: () => search(q), enabled: q !== "" });
  useEffect(() => setText(q), [q]);
  useEffect(() => {
    const next = text.trim();
    if (next === q) return;
    const timer = window.setTimeout(() => void navigate({ to: "/search", search: next ? { q: next } : {}, replace: true }), 300);
    return () => window.clearTimeout(timer);
  }, [text, q, navigate]);
  const { passages = [], tickets = [], unclear = [], catching_up: behind } = found.data ?? {};
  const opened = useKeptSearch(q, found.data ? passages.length + tickets.length : null);
  return (
    <div className="page">
      <header className="page-head"><h1>{t("rail.search")}</h1></header>
      <TextInput size="sm" autoFocus aria-label={t("search.label")} placeholder={t("search.example")} leftSection={<IconSearch size={16} />} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      {q === "" && <Empty title={t("search.start")} detail={t("search.startDetail")} />}
      {found.isFetching && !found.data && <Rows count={5} height={60} />}
      {found.isError && <Failure error={found.error} onRetry={() => void found.refetch()} />}
      {unclear.map((one) => <p key={one} className="quiet" role="status">{one}</p>)}
      {behind && <p className="quiet" role="status">{t("search.catchingUp", { done: behind.done, total: behind.total })}</p>}
      {found.isSuccess && unclear.length === 0 && passages.length + tickets.length === 0 && <Empty title={t("search.none")} detail={t("search.noneDetail")} />}
      <div className="found" onClickCapture={(event) => { if ((event.target as Element).closest("a, button, summary")) opened(); }}>
        {passages.length > 0 && <section><h2>{t("answer.passages")}</h2>{passages.map((one) => <PassageView key={one.passage_id} passage={one} />)}</section>}
        {tickets.length > 0 && (
          <section><h2>{t("search.tickets")}</h2>
            <ul className="lines">{tickets.map((one) => (
              <li key={one.id}><Link className="line" to="/tickets/$ticketId" params={{ ticketId: one.id }}>
                <b>#{one.number} {one.subject}</b><Marked text={one.snippet} spans={one.spans} />
                <span className="quiet">{one.requester.name} · {t(`status.${one.status}`)} · <Ago at={one.updated_at} /></span>
              </Link></li>
            ))}</ul>
          </section>
        )}
      </div>
    </div>
  );
}

/** Words that stood for two seconds are kept as looked for; what is returned notes that something was opened. */
function useKeptSearch(q: string, found: number | null): () => void {
  const kept = useRef<{ q: string; id: Promise<string | null> } | null>(null);
  const keep = (count: number) => {
    if (kept.current?.q !== q) kept.current = { q, id: keepSearch(q, count).then((made) => made.id, () => null) };
    return kept.current.id;
  };
  useEffect(() => {
    if (q.trim().length < 3 || found === null) return;
    const timer = window.setTimeout(() => void keep(found), 2000);
    return () => window.clearTimeout(timer);
  }, [q, found]);
  return () => {
    if (q.trim().length < 3 || found === null) return;
    void keep(found).then((id) => (id ? openedFound(id).catch(() => undefined) : undefined));
  };
}

import { useQuery } from "@tanstack/react-query";
import { IconArrowsExchange, IconHistory } from "@tabler/icons-react";
import { useEffect } from "react";
import { handOverQuery, queryClient, useSession } from "../api/queries";
import { markRead } from "../api/tickets";
import type { HandOver, News, TicketPage } from "../api/types";
import { Quoted } from "../assist/Because";
import { showRead } from "../inbox/news";
import { t, word, type StringKey } from "../strings";
import { ago, dueBy } from "../text/time";

/** Asks once, when the page opens, what is new since the last look; then every sight of the page counts as a look. */
export function useHandOver(ticket: TicketPage): HandOver | undefined {
  const { agent } = useSession();
  const answers = agent.role !== "auditor";
  const { data, isFetched } = useQuery({ ...handOverQuery(ticket.id), enabled: answers });
  const isAsked = isFetched || !answers;
  // What happens while the page is open is seen as it happens.
  const seen = `${ticket.revision} ${ticket.trail.at(-1)?.at ?? ""}`;
  useEffect(() => {
    if (!isAsked) return;
    if (ticket.unread) showRead(ticket.id);
    const keys = ticket.unread ? ["views", "tasks"] : ["tasks"];
    void markRead(ticket.id).then(() => keys.forEach((key) => void queryClient.invalidateQueries({ queryKey: [key] })), () => undefined);
  }, [ticket.id, ticket.unread, isAsked, seen]);
  return data;
}

/** One quiet line about what others did, then what was promised and what is asked. Nothing where nothing is new. */
export function HandOverLine({ found }: { found: HandOver | undefined }) {
  if (!found || (found.news.length === 0 && !found.given_by)) return null;
  const promised = found.promised.at(-1);
  const open = found.open[0];
  return (
    <section className="hand-over" aria-label={t("handOver.title")} data-testid="hand-over">
      {found.given_by && <p><IconArrowsExchange size={14} stroke={1.8} aria-hidden /> {t("handOver.given", { who: found.given_by })}</p>}
      {found.news.length > 0 && <p className="quiet"><IconHistory size={14} stroke={1.8} aria-hidden /> {t("handOver.since", { when: ago(found.looked_at ?? "") })} {found.news.map(said).join(" · ")}</p>}
      {promised && <p className="quiet">{t("handOver.promised")} <Quoted text={promised.text} messageId={promised.message_id} start={promised.start} end={promised.end} />{promised.due && <b> {t("package.due", { at: dueBy(promised.due) })}</b>}</p>}
      {open && <p className="quiet">{t("handOver.open")} <Quoted text={open.text} messageId={open.message_id} start={open.start} end={open.end} /></p>}
    </section>
  );
}

const words: Partial<Record<News["what"], (to: string) => string>> = {
  status: (to) => word("status", to), priority: (to) => word("priority", to), assignee: (to) => (to === "nobody" ? t("ticket.nobody") : to), promise: (to) => word("promise", to),
};

/** "2 replies (Mara)", "Status: open (Mara)". */
function said(one: News): string {
  const to = one.to === null ? "" : (words[one.what]?.(one.to) ?? one.to);
  const key: StringKey = `news.${one.what}${one.count === 1 && (one.what === "message" || one.what === "reply" || one.what === "note") ? "1" : ""}` as StringKey;
  return t(key, { n: one.count, to }) + (one.who.length > 0 ? ` (${one.who.join(", ")})` : "");
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlarm, IconCheck, IconClockHour4, IconFileCheck, IconFileOff, IconFlag3, IconQuestionMark, IconZzz } from "@tabler/icons-react";
import { queryClient, ticketQuery } from "../api/queries";
import type { TicketLine } from "../api/types";
import { initials } from "../shell/Rail";
import { Ago, DoubtWord, RiskFlag } from "../states/Parts";
import { t, word } from "../strings";
import { moment } from "../text/time";
import { about } from "../text/candidates";

interface Props { ticket: TicketLine; isCurrent: boolean; isNarrow: boolean }

export function TicketRow({ ticket, isCurrent }: Props) {
  const prefetch = () => void queryClient.prefetchQuery(ticketQuery(ticket.id));
  return (
    <Link
      to="/tickets/$ticketId" params={{ ticketId: ticket.id }} search={(old: object) => old}
      className="ticket-row" data-unread={ticket.unread || undefined} aria-current={isCurrent ? "true" : undefined} onMouseEnter={prefetch} onFocus={prefetch}
    >
      <span className="row-who">{ticket.requester.name}</span>
      <span className="row-what">
        {ticket.first && <span className="row-first">{t("list.first")}</span>}
        {(ticket.priority === "urgent" || ticket.priority === "high") && (
          <IconFlag3 size={13} stroke={2} className="row-flag" data-priority={ticket.priority} aria-label={t(`priority.${ticket.priority}`)} />
        )}
        <b>{ticket.subject}</b> <span className="quiet">{ticket.excerpt}</span>
      </span>
      <span className="row-facts">
        {ticket.due && <span className="row-due" data-missed={ticket.due.missed || undefined} title={`${word("promised", ticket.due.promised)}: ${moment(ticket.due.at)}`}><IconAlarm size={13} stroke={2} aria-hidden />{t(ticket.due.missed ? "due.missed" : "due.soon")}</span>}
        {ticket.snooze && <span className="row-due" data-kind="snoozed" title={ticket.snooze.until ? t("list.snoozed", { at: moment(ticket.snooze.until) }) : t("list.snoozedReply")}><IconZzz size={13} stroke={2} aria-hidden /><span className="unseen">{ticket.snooze.until ? t("list.snoozed", { at: moment(ticket.snooze.until) }) : t("list.snoozedReply")}</span></span>}
        {ticket.risk.slice(0, 2).map((flag) => <RiskFlag key={flag} flag={flag} />)}
        {ticket.category && <span className="row-category">{ticket.category.name}</span>}
        <RowDoubt ticket={ticket} />
        <DraftState ticket={ticket} />
        {ticket.assignee && <span className="avatar" data-size="small" title={ticket.assignee.name}>{initials(ticket.assignee.name)}</span>}
      </span>
      <span className="row-age"><Ago at={ticket.last_inbound_at ?? ticket.created_at} /></span>
    </Link>
  );
}

/** What the page of a ticket knows more than its line, once it has been fetched (pointing at a row does that). */
const useFetched = (ticket: TicketLine) => useQuery({ ...ticketQuery(ticket.id), enabled: false }).data;

/** Sure is quiet, a doubt with a label has a word, and not knowing is one grey mark that says more on hover. */
function RowDoubt({ ticket }: { ticket: TicketLine }) {
  const page = useFetched(ticket);
  if (!ticket.confidence) return null;
  if (ticket.confidence === "sure") return <span className="row-doubt" data-doubt="sure" title={t("doubt.sure")}><IconCheck size={14} stroke={2} aria-hidden /><span className="unseen">{t("doubt.sure")}</span></span>;
  if (ticket.category) return <DoubtWord value={ticket.confidence} />;
  const names = page?.understanding ? about(page.understanding) : "";
  return <span className="row-doubt" title={names ? `${t("list.unsorted")}: ${names}` : t("list.unsorted")}><IconQuestionMark size={14} stroke={1.8} aria-hidden />{t("list.toSort")}</span>;
}

function DraftState({ ticket }: { ticket: TicketLine }) {
  const why = useFetched(ticket)?.answer.why;
  const state = ticket.draft;
  if (state === "none") return null;
  const Shape = state === "ready" ? IconFileCheck : state === "preparing" ? IconClockHour4 : IconFileOff;
  const label = t(`draft.state.${state}`);
  return <span className="row-draft" data-state={state} title={why ? `${label}: ${why}` : label}><Shape size={15} stroke={1.6} aria-hidden /><span className="unseen">{label}</span></span>;
}

import { Link } from "@tanstack/react-router";
import { IconClockHour4, IconFileCheck, IconFileOff, IconFlag3 } from "@tabler/icons-react";
import { queryClient, ticketQuery } from "../api/queries";
import type { TicketLine } from "../api/types";
import { initials } from "../shell/Rail";
import { Ago, DoubtWord, RiskFlag } from "../states/Parts";
import { t } from "../strings";

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
        {ticket.risk.slice(0, 2).map((flag) => <RiskFlag key={flag} flag={flag} />)}
        {ticket.confidence && <DoubtWord value={ticket.confidence} />}
        <span className="row-category">{ticket.category?.name ?? t("list.noCategory")}</span>
        <DraftState state={ticket.draft} />
        {ticket.assignee && <span className="avatar" data-size="small" title={ticket.assignee.name}>{initials(ticket.assignee.name)}</span>}
      </span>
      <span className="row-age"><Ago at={ticket.last_inbound_at ?? ticket.created_at} /></span>
    </Link>
  );
}

function DraftState({ state }: { state: TicketLine["draft"] }) {
  if (state === "none") return null;
  const Shape = state === "ready" ? IconFileCheck : state === "preparing" ? IconClockHour4 : IconFileOff;
  return <span className="row-draft" data-state={state} title={t(`draft.state.${state}`)}><Shape size={15} stroke={1.6} aria-hidden /><span className="unseen">{t(`draft.state.${state}`)}</span></span>;
}

import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { ticketQuery } from "../api/queries";
import { useAction } from "../shell/actions";
import { Failure, Rows } from "../states/States";
import { useBack } from "./ticketActions";
import { TicketView } from "./TicketView";

export function TicketRoute() {
  const { ticketId } = useParams({ from: "/shell/tickets/$ticketId" });
  const { data, error, refetch } = useQuery(ticketQuery(ticketId));
  useAction("ticket.back", useBack());
  if (data) return <TicketView key={data.id} ticket={data} />;
  return <div className="ticket"><div className="ticket-main">{error ? <Failure error={error} onRetry={() => void refetch()} /> : <Rows count={6} height={70} />}</div></div>;
}

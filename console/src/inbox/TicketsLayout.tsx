import { Outlet, useMatch } from "@tanstack/react-router";
import { TicketList } from "./TicketList";

/** List beside the open ticket; the list alone takes the whole width. */
export function TicketsLayout() {
  const open = useMatch({ from: "/shell/tickets/$ticketId", shouldThrow: false });
  return (
    <div className="tickets" data-open={open ? "yes" : "no"}>
      <TicketList openId={open?.params.ticketId ?? null} />
      <Outlet />
    </div>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertOctagon } from "@tabler/icons-react";
import { escalationsQuery, useSession } from "../api/queries";
import { t } from "../strings";

/** Cases that went up and nobody could be reached for: red, on every page, until somebody answers. */
export function EscalationBanner() {
  const { agent } = useSession();
  const { data } = useQuery({ ...escalationsQuery, enabled: ["agent", "lead", "admin", "knowledge_owner"].includes(agent.role) });
  const unanswered = data?.raised.filter((one) => one.unanswered) ?? [];
  return unanswered.slice(0, 3).map((one) => (
    <p key={one.id} className="banner" data-kind="bad" role="alert">
      <IconAlertOctagon size={15} aria-hidden />{t("banner.unanswered", { number: one.number })} <Link to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }} search={(old: object) => old}>{t("banner.open")}</Link>
    </p>
  ));
}

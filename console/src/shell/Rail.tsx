import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconBook2, IconChartDots, IconChecklist, IconFlask, IconInbox, IconKeyboard, IconListCheck, IconMailOpened, IconSearch, IconSettings, IconShieldX, IconUrgent, type Icon } from "@tabler/icons-react";
import { tasksQuery, useSession } from "../api/queries";
import { t, type StringKey } from "../strings";

const places: { to: string; icon: Icon; label: StringKey }[] = [
  { to: "/tickets", icon: IconInbox, label: "rail.inbox" },
  { to: "/search", icon: IconSearch, label: "rail.search" },
  { to: "/knowledge", icon: IconBook2, label: "rail.knowledge" },
  { to: "/tray", icon: IconMailOpened, label: "rail.tray" },
  { to: "/insights", icon: IconChartDots, label: "rail.insights" },
  { to: "/incidents", icon: IconUrgent, label: "rail.incidents" },
  { to: "/eval-cases", icon: IconFlask, label: "rail.evals" },
  { to: "/tasks", icon: IconChecklist, label: "rail.tasks" },
  { to: "/record", icon: IconListCheck, label: "rail.record" },
  { to: "/quarantine", icon: IconShieldX, label: "rail.quarantine" },
  { to: "/settings", icon: IconSettings, label: "rail.settings" },
];

export function Rail({ onKeys }: { onKeys: () => void }) {
  const { agent, desk } = useSession();
  const hasTasks = agent.role !== "auditor";
  const count = useQuery({ ...tasksQuery, enabled: hasTasks }).data?.length ?? 0;
  const shown = places.filter((place) => (place.to !== "/tray" || desk.delivery === "tray") && (place.to !== "/tasks" || hasTasks));
  return (
    <nav className="rail" aria-label={t("rail.label")}>
      <img className="rail-mark" src="/mark.svg" alt="" width={26} height={26} />
      {shown.map(({ to, icon: Shape, label }) => (
        <Tooltip key={to} label={t(label)} position="right">
          <Link to={to} className="rail-link" activeProps={{ "aria-current": "page" }}>
            <Shape size={19} stroke={1.6} aria-hidden />
            <span className="rail-word">{t(label)}</span>
            {to === "/tasks" && count > 0 && <span className="rail-count"><span aria-hidden>{count > 99 ? "99+" : count}</span><span className="unseen">{t("rail.waiting", { n: count })}</span></span>}
          </Link>
        </Tooltip>
      ))}
      <span className="rail-gap" />
      <Tooltip label={t("key.keys")} position="right">
        <button type="button" className="rail-link rail-keys" onClick={onKeys}>
          <IconKeyboard size={19} stroke={1.6} aria-hidden />
          <span className="rail-word">{t("rail.keys")}</span>
        </button>
      </Tooltip>
      <Tooltip label={t("rail.me", { name: agent.name, role: t(`role.${agent.role}`) })} position="right">
        <Link to="/settings" className="avatar"><span aria-hidden>{initials(agent.name)}</span><span className="unseen">{t("rail.me", { name: agent.name, role: t(`role.${agent.role}`) })}</span></Link>
      </Tooltip>
    </nav>
  );
}

export const initials = (name: string): string => name.split(/\s+/).map((part) => part[0] ?? "").join("").slice(0, 2).toUpperCase();

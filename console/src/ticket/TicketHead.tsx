import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconArrowMerge, IconArrowUpRight, IconArrowsExchange, IconBell, IconBellOff, IconCircleCheck, IconDots, IconFlag3, IconLayoutSidebarRight, IconNote, IconRotate, IconUserCheck, IconZzz } from "@tabler/icons-react";
import { useSession } from "../api/queries";
import type { Priority, TicketPage } from "../api/types";
import type { Panel } from "../assist/panel";
import type { ActionId } from "../keys";
import { Key } from "../states/Parts";
import { t, word } from "../strings";
import type { TicketActions } from "./ticketActions";

interface Props { ticket: TicketPage; actions: TicketActions; panel: Panel; onEscalate: () => void; onSnooze: () => void; onTransfer: () => void; onMerge: () => void }

export function TicketHead({ ticket, actions, panel, onEscalate, onSnooze, onTransfer, onMerge }: Props) {
  const { agent, desk } = useSession();
  const isDone = ticket.status === "solved" || ticket.status === "closed";
  const isMine = ticket.assignee?.id === agent.id;
  const queue = desk.queues.find((one) => one.key === ticket.queue)?.name ?? ticket.queue;
  return (
    <header className="ticket-head">
      <Tip label={t("key.back")} action="ticket.back">
        <ActionIcon variant="subtle" color="gray" aria-label={t("key.back")} onClick={actions.back}><IconArrowLeft size={18} stroke={1.6} /></ActionIcon>
      </Tip>
      <div className="ticket-title">
        <h1>{ticket.subject || t("ticket.noSubject")}</h1>
        <p className="quiet">
          #{ticket.number} · {ticket.requester.name}{ticket.requester.organization && `, ${ticket.requester.organization.name}`} · {queue}{ticket.product && <> · {ticket.product}</>} · {t(`status.${ticket.status}`)}
          {ticket.priority !== "normal" && <> · {t(`priority.${ticket.priority}`)}</>} · {ticket.assignee ? ticket.assignee.name : t("ticket.nobody")}
        </p>
      </div>
      <Tip label={t(isDone ? "ticket.reopen" : "key.solve")} action="ticket.solve">
        <Button variant="default" className="head-solve" leftSection={isDone ? <IconRotate size={15} /> : <IconCircleCheck size={15} />} onClick={isDone ? actions.reopen : actions.solve}>
          {t(isDone ? "ticket.reopen" : "ticket.solve")}
        </Button>
      </Tip>
      <Menu position="bottom-end" width={230}>
        <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label={t("ticket.more")}><IconDots size={18} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconUserCheck size={15} />} rightSection={<Key action="ticket.takeOver" />} onClick={actions.takeOver}>{t(isMine ? "ticket.giveBack" : "ticket.take")}</Menu.Item>
          <Menu.Item leftSection={<IconArrowsExchange size={15} />} rightSection={<Key action="ticket.transfer" />} onClick={onTransfer}>{t("ticket.transfer")}</Menu.Item>
          {!ticket.relocations.merged_into && <Menu.Item leftSection={<IconArrowMerge size={15} />} rightSection={<Key action="ticket.merge" />} onClick={onMerge}>{t("key.merge")}</Menu.Item>}
          {!isDone && <Menu.Item leftSection={<IconZzz size={15} />} rightSection={<Key action="ticket.snooze" />} onClick={onSnooze}>{t("key.snooze")}</Menu.Item>}
          <Menu.Item leftSection={ticket.followed ? <IconBellOff size={15} /> : <IconBell size={15} />} rightSection={<Key action="ticket.follow" />} onClick={actions.follow}>{t(ticket.followed ? "ticket.unfollow" : "ticket.follow")}</Menu.Item>
          <Menu.Item leftSection={<IconNote size={15} />} rightSection={<Key action="ticket.note" />} onClick={actions.note}>{t("key.note")}</Menu.Item>
          <Menu.Item leftSection={<IconArrowUpRight size={15} />} rightSection={<Key action="ticket.escalate" />} onClick={onEscalate}>{t("key.escalate")}</Menu.Item>
          <Menu.Divider />
          <Menu.Label>{t("ticket.priority")}</Menu.Label>
          {(["urgent", "high", "normal", "low"] satisfies Priority[]).map((priority) => (
            <Menu.Item key={priority} leftSection={<IconFlag3 size={15} />} disabled={priority === ticket.priority} onClick={() => actions.setPriority(priority)}>{word("priority", priority)}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Tip label={t("key.panel")} action="panel.toggle">
        <ActionIcon variant={panel.isOpen ? "light" : "subtle"} className="head-panel" aria-pressed={panel.isOpen} aria-label={t("key.panel")} onClick={panel.toggle}><IconLayoutSidebarRight size={18} stroke={1.6} /></ActionIcon>
      </Tip>
    </header>
  );
}

function Tip({ label, action, children }: { label: string; action: ActionId; children: React.ReactElement }) {
  return <Tooltip label={<>{label} <Key action={action} /></>}>{children}</Tooltip>;
}

import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { IconMailFast } from "@tabler/icons-react";
import type { TicketLine } from "../api/types";
import { t } from "../strings";
import { chooseAll, chooseNone, useChosen } from "./chosen";

/** What can be done with the chosen tickets; absent while there are none. */
export function ChosenBar({ tickets }: { tickets: TicketLine[] }) {
  const chosen = useChosen();
  const navigate = useNavigate();
  if (chosen.size === 0) return null;
  const isAll = tickets.every((ticket) => chosen.has(ticket.id));
  return (
    <div className="bar chosen-bar" role="region" aria-label={t("chosen.label")}>
      <b role="status">{t(chosen.size === 1 ? "chosen.one" : "chosen.many", { n: chosen.size })}</b>
      <Button size="xs" disabled={chosen.size < 2} leftSection={<IconMailFast size={15} />} onClick={() => void navigate({ to: "/bulk/new" })}>{t("chosen.reply")}</Button>
      {!isAll && <Button size="xs" variant="default" onClick={() => chooseAll(tickets.map((ticket) => ticket.id))}>{t("chosen.all", { n: tickets.length })}</Button>}
      <Button size="xs" variant="subtle" color="gray" onClick={chooseNone}>{t("chosen.none")}</Button>
    </div>
  );
}

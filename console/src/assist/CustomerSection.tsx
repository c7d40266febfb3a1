import { Select } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { patchTicket, queryClient } from "../api/queries";
import { setRequesterAi } from "../api/tickets";
import type { AiChoice, TicketPage } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { t, word } from "../strings";
import { EraseRequester } from "./EraseRequester";

export function CustomerSection({ ticket }: { ticket: TicketPage }) {
  const { customer } = ticket;
  const choose = async (ai: AiChoice) => {
    const takeBack = patchTicket(ticket.id, (old) => ({ ...old, customer: { ...old.customer, ai } }));
    try {
      await setRequesterAi(customer.id, ai);
      notify(t("customer.aiSaved"));
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    } catch (error) {
      takeBack();
      notifyFailure(error);
    }
  };
  const others = customer.tickets.filter((one) => one.id !== ticket.id);
  return (
    <>
      <p><b>{customer.name}</b> <a href={`mailto:${customer.email}`} className="quiet">{customer.email}</a></p>
      {customer.organization && <p>{customer.organization.name}{customer.organization.plan && <>, {customer.organization.plan}</>}{customer.cohort && <span className="quiet"> · {word("cohort", customer.cohort)}</span>}</p>}
      {customer.note && <p className="note">{customer.note}</p>}
      <Select label={t("customer.ai")} allowDeselect={false} value={customer.ai} onChange={(value) => value && void choose(value as AiChoice)}
        description={customer.organization_ai && customer.organization_ai !== "default" ? t("customer.organizationAi", { choice: t(`ai.choice.${customer.organization_ai}`) }) : undefined}
        data={(["default", "in", "out"] satisfies AiChoice[]).map((value) => ({ value, label: t(`ai.choice.${value}`) }))} />
      {others.length > 0 && <h3>{t("customer.history")}</h3>}
      <ul className="history">
        {others.map((one) => (
          <li key={one.id}><Link to="/tickets/$ticketId" params={{ ticketId: one.id }}>#{one.number} {one.subject}</Link> <span className="quiet">{t(`status.${one.status}`)}, <Ago at={one.at} /></span></li>
        ))}
      </ul>
      <EraseRequester customer={customer} />
    </>
  );
}

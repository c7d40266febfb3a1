import { Select, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { patchTicket, queryClient } from "../api/queries";
import { setRequesterAi, setRequesterRole } from "../api/tickets";
import type { AiChoice, TicketPage } from "../api/types";
import { notify, notifyFailure } from "../states/notice";
import { Ago } from "../states/Parts";
import { t, word } from "../strings";
import { dueBy } from "../text/time";
import { EraseRequester } from "./EraseRequester";
import { ExportRequester } from "./ExportRequester";
import { OrganizationAi } from "./OrganizationAi";

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
      {Object.keys(customer.attributes).length > 0 && <dl className="attributes">{Object.entries(customer.attributes).map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>}
      <Role ticket={ticket} />
      <Select label={t("customer.ai")} allowDeselect={false} value={customer.ai} onChange={(value) => value && void choose(value as AiChoice)}
        description={customer.organization_ai && customer.organization_ai !== "default" ? t("customer.organizationAi", { choice: t(`ai.choice.${customer.organization_ai}`) }) : undefined}
        data={(["default", "in", "out"] satisfies AiChoice[]).map((value) => ({ value, label: t(`ai.choice.${value}`) }))} />
      <OrganizationAi customer={customer} />
      {customer.promises.length > 0 && <h3>{t("customer.promises")}</h3>}
      <ul className="history">
        {customer.promises.map((one) => (
          <li key={one.id}><Link to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }}>#{one.number} {dueBy(one.due)}</Link> <q>{one.words}</q></li>
        ))}
      </ul>
      {ticket.customer_notes.length > 0 && <h3>{t("customer.notes")}</h3>}
      <ul className="history" data-testid="customer-notes">
        {ticket.customer_notes.map((one) => (
          <li key={one.id}><Link to="/tickets/$ticketId" params={{ ticketId: one.ticket_id }}>#{one.number}</Link> {one.body.length > 300 ? `${one.body.slice(0, 300)}…` : one.body} <span className="quiet">{one.author_name}, <Ago at={one.at} /></span></li>
        ))}
      </ul>
      {others.length > 0 && <h3>{t("customer.history")}</h3>}
      <ul className="history">
        {others.map((one) => (
          <li key={one.id}><Link to="/tickets/$ticketId" params={{ ticketId: one.id }}>#{one.number} {one.subject}</Link> <span className="quiet">{t(`status.${one.status}`)}, <Ago at={one.at} /></span></li>
        ))}
      </ul>
      <ExportRequester customer={customer} />
      <EraseRequester customer={customer} />
    </>
  );
}

/** What the requester does at their company; a persona can be for it. Saved when the field is left. */
function Role({ ticket }: { ticket: TicketPage }) {
  const { customer } = ticket;
  const save = async (role: string) => {
    if (role.trim() === (customer.role ?? "")) return;
    try {
      await setRequesterRole(customer.id, role.trim());
      notify(t("customer.roleSaved"));
      void queryClient.invalidateQueries({ queryKey: ["ticket", ticket.id] });
    } catch (error) {
      notifyFailure(error);
    }
  };
  return (
    <TextInput key={`${customer.id} ${customer.role ?? ""}`} label={t("customer.role")} placeholder={t("customer.roleHint")} maxLength={60} defaultValue={customer.role ?? ""}
      onBlur={(event) => void save(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }} />
  );
}

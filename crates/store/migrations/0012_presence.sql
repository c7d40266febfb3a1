-- Who has a ticket open now, and what they do there. One row a person and ticket, overwritten; no entry in the record.
create table presence (
  ticket_id text not null references tickets (id), agent_id text not null references agents (id),
  doing text not null check (doing in ('viewing','writing','approving','gone')), at bigint not null,
  primary key (ticket_id, agent_id));
create index presence_by_time on presence (at);

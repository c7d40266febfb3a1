-- Cases that judge a change before people meet it: what was asked once, without personal data, and what has to come of it.
-- The text is a case's file; it is words about a person, so it goes with its ticket.
create table eval_cases (
  id text not null primary key,
  ticket_id text not null references tickets (id),
  state text not null check (state in ('proposed','approved','retired')),
  body text not null,
  proposed_by text references agents (id),
  proposed_at bigint not null,
  decided_by text references agents (id),
  decided_at bigint);
create index eval_cases_by_ticket on eval_cases (ticket_id);
create index eval_cases_by_state on eval_cases (state, proposed_at);

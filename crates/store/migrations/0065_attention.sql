-- A ticket that was put off, until when, and by whom; without a time, until the requester writes.
create table snoozes (
  ticket_id text primary key references tickets (id), agent_id text not null references agents (id),
  until_at bigint, made_at bigint not null);
create index snoozes_by_time on snoozes (until_at);

-- Who wants to hear of a ticket.
create table follows (
  ticket_id text not null references tickets (id), agent_id text not null references agents (id), at bigint not null,
  primary key (ticket_id, agent_id));
create index follows_by_agent on follows (agent_id);

-- Why a person is asked to look: called by name in a note, given the ticket, or because the time they put it off to has
-- come. A look at the ticket answers it.
create table asks (
  ticket_id text not null references tickets (id), agent_id text not null references agents (id),
  why text not null check (why in ('mentioned','assigned','woken')),
  by_id text not null references agents (id), at bigint not null,
  primary key (ticket_id, agent_id, why));
create index asks_by_agent on asks (agent_id, at);

-- What a letter of ours says that we will do by a day. A person says whether it is a promise, and when it was kept.
create table promises (
  id text primary key, ticket_id text not null references tickets (id), message_id text not null references messages (id),
  agent_id text not null references agents (id), words text not null, due_at bigint not null,
  state text not null check (state in ('found','confirmed','dismissed','kept')),
  answered_by text references agents (id), answered_at bigint, made_at bigint not null);
create index promises_by_ticket on promises (ticket_id, due_at);
create index promises_by_state on promises (state, due_at);

-- The promise that presses most on an open ticket; without one there is no row. Everything else about clocks is counted
-- from messages and policy whenever it is asked.
create table clocks (
  ticket_id text primary key references tickets (id),
  promised text not null check (promised in ('first_response','next_response','resolution')),
  due_at bigint not null, warn_at bigint not null,
  stage text not null check (stage in ('running','warned','missed')));
create index clocks_by_warning on clocks (warn_at);
create index tickets_changed on tickets (updated_at);

-- A case that goes up. Its package is made from the ticket whenever somebody reads it, so nothing of it is kept here.
create table escalations (
  id text primary key, ticket_id text not null references tickets (id),
  state text not null check (state in ('proposed','raised','accepted','returned','dismissed','ended')),
  rise text not null check (rise in ('propose','enforce')),
  signals text not null, because text not null,
  receiver text, means text not null check (means in ('leads','queue','on_call','system','mail')), target text not null,
  raised_by text references agents (id), made_at bigint not null, raised_at bigint,
  answered_by text, answered_at bigint, reason text, paged bigint not null default 0,
  returned bigint not null default 0);
create index escalations_by_ticket on escalations (ticket_id, made_at);
create index escalations_by_state on escalations (state, made_at);

-- What both sides said since, and what left for another system: a row waits until it is delivered or given up.
create table escalation_updates (
  id text primary key, escalation_id text not null references escalations (id),
  direction text not null check (direction in ('out','in')),
  author text not null, body text not null, at bigint not null,
  delivery text not null check (delivery in ('none','waiting','sent','failed')), attempts bigint not null default 0, detail text);
create index escalation_updates_by_case on escalation_updates (escalation_id, at);
create index escalation_updates_waiting on escalation_updates (delivery, at);

-- For which newest message a ticket's silence was looked at already.
create table silences (ticket_id text primary key references tickets (id), message_id text not null);

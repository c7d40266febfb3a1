-- Looks at telemetry for a ticket, people's marks on their causes, and incidents: several tickets about one thing.
create table diagnoses (
  id text primary key, ticket_id text not null references tickets (id), message_id text not null, value text not null,
  made_at bigint not null);
create index diagnoses_by_ticket on diagnoses (ticket_id, made_at desc);
create table cause_verdicts (
  diagnosis_id text not null references diagnoses (id), cause bigint not null, agent_id text not null references agents (id),
  verdict text not null check (verdict in ('accepted','rejected')), reason text, at bigint not null,
  primary key (diagnosis_id, cause));
create table incidents (
  id text primary key, source text not null check (source in ('telemetry','tickets')), subject text not null, signal text not null,
  title text not null, because text not null, status text not null check (status in ('proposed','open','watching','closed','dismissed')),
  began_at bigint not null, created_at bigint not null, changed_at bigint not null, revision bigint not null);
create index incidents_by_status on incidents (status, changed_at desc);
create table incident_tickets (
  incident_id text not null references incidents (id), ticket_id text not null references tickets (id), linked_at bigint not null,
  linked_by text references agents (id), unlinked_at bigint, primary key (incident_id, ticket_id));
create index incident_tickets_by_ticket on incident_tickets (ticket_id);
create table incident_steps (
  id text primary key, incident_id text not null references incidents (id), at bigint not null, agent_id text references agents (id),
  status text not null, note text not null);
create index incident_steps_by_incident on incident_steps (incident_id, at);

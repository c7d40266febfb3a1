-- One reply to many: a text with slots, a draft for each ticket, and which letters its person read one by one.
-- It approves nothing: each letter has an approval of its own. Letters approved before `stopped_at` do not leave.
create table bulk_replies (
  id text primary key, agent_id text not null references agents (id), template text not null,
  people text not null check (people in ('one','two')), stopped_at bigint, stopped_by text references agents (id),
  created_at bigint not null);
create table bulk_left_out (
  bulk_id text not null references bulk_replies (id), ticket_id text not null references tickets (id),
  why text not null check (why in ('in_hand','same_person','slot','closed','own_answer')), detail text not null,
  primary key (bulk_id, ticket_id));
create table bulk_readings (
  bulk_id text not null references bulk_replies (id), draft_id text not null references drafts (id),
  agent_id text not null references agents (id), digest text not null, at bigint not null, primary key (bulk_id, draft_id, agent_id));
alter table drafts add column bulk_id text references bulk_replies (id);
create index drafts_by_bulk on drafts (bulk_id);

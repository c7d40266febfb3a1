-- What people said to the machine's suggestions, taken back and applied to more tickets, and every
-- trained model with how it compared. Nothing here is written twice: training data is a query.

-- A suggestion that asks for a real look; drawn by a key when it is made.
alter table suggestions add column sampled bigint not null default 0;
-- What an answer changed: the ticket's sorting before and after, and the flags it dismissed, as JSON.
alter table verdicts add column changes text;
create table verdict_withdrawals (
  verdict_id text primary key references verdicts (id), agent_id text not null, session_id text not null, at bigint not null,
  foreign key (session_id, agent_id) references sessions (id, agent_id));
-- Untouched tickets that followed a correction, with what they were.
create table moves (
  verdict_id text not null references verdicts (id), ticket_id text not null references tickets (id),
  changes text not null, moved_at bigint not null, restored_at bigint, primary key (verdict_id, ticket_id));
-- Past cases that a suggestion resembles.
create table nearest_cases (
  suggestion_id text not null references suggestions (id), ticket_id text not null, similarity double precision not null,
  primary key (suggestion_id, ticket_id));

create table model_versions (
  id text primary key, state text not null check (state in ('candidate','running','refused','retired')),
  bytes {BLOB} not null, fingerprint text not null, examples bigint not null, corrections bigint not null,
  split bigint not null, metrics text, compared text, why text not null,
  trained_at bigint not null, promoted_at bigint);
create unique index model_versions_running on model_versions (state) where state = 'running';
create index model_versions_recent on model_versions (trained_at desc, id desc);
insert into model_versions (id, state, bytes, fingerprint, examples, corrections, split, why, trained_at, promoted_at)
  select '00000000-0000-7000-8000-000000000001', 'running', bytes, fingerprint, 0, 0, 0, 'trained before versions were kept', trained_at, trained_at
  from models where name = 'triage';
drop table models;

-- How a person read the machine's words before their yes: one row a page they said yes to, no words of anybody.
create table readings (
  seal_id text primary key references seals (id), agent_id text not null references agents (id), queue text not null, at bigint not null,
  words bigint not null, seconds bigint not null, cited bigint not null, opened bigint not null, changed bigint not null,
  brake text not null check (brake in ('none','burst','haste')));
create index readings_by_agent on readings (agent_id, at);
create index readings_by_time on readings (at);
-- Who lets leads see their own figures.
create table shared_readings (agent_id text primary key references agents (id), at bigint not null);
-- Drafts of the machine that a person turned down, and what was wrong where they said so.
create table draft_rejections (
  draft_id text primary key references drafts (id), agent_id text not null references agents (id), why text, at bigint not null);

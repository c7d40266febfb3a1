-- A case may stand for others that ask the same: each of those is a row of its own, with its own ticket, so that it goes with its
-- people. Null in compared_at: nobody looked yet whether it is one that is there.
alter table eval_cases add column joined_to text references eval_cases (id);
alter table eval_cases add column compared_at bigint;
create index eval_cases_by_head on eval_cases (joined_to);
create index eval_cases_by_comparison on eval_cases (compared_at, proposed_at);
-- Doubts about a case, in a person's words, until another one decides.
create table eval_challenges (
  id text primary key, case_id text not null references eval_cases (id), reason text not null,
  made_by text not null references agents (id), made_at bigint not null,
  decided_by text references agents (id), decided_at bigint,
  outcome text check (outcome in ('kept','retired')));
create index eval_challenges_by_case on eval_challenges (case_id, made_at);

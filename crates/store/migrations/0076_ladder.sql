-- How much the machine may do in each category, step by step (`desk::ladder`): the newest step holds. Only ever added to.
create table steps (
  id text primary key, category text not null references categories (key), queue text references queues (key),
  rung text not null check (rung in ('off','triage_only','drafts_inside','drafts','standing_approvals')),
  cause text not null check (cause in ('climbed','lowered','severe_failure','drift','review_lapsed')),
  n bigint not null, wrong bigint not null, since bigint not null, by_agent text references agents (id), reason text not null, at bigint not null);
create index steps_by_category on steps (category, at);
-- What the rungs rest on is counted with the rest of the scorecard, and read by category.
alter table outcomes add column sorted bigint not null default 0;
alter table outcomes add column sorted_right bigint not null default 0;
alter table outcomes add column sure bigint not null default 0;
alter table outcomes add column sure_right bigint not null default 0;
alter table outcomes add column reviewed bigint not null default 0;
alter table outcomes add column review_failed bigint not null default 0;
alter table outcomes add column judged bigint not null default 0;
alter table outcomes add column wrong bigint not null default 0;
alter table outcome_sums add column sorted bigint not null default 0;
alter table outcome_sums add column sorted_right bigint not null default 0;
alter table outcome_sums add column sure bigint not null default 0;
alter table outcome_sums add column sure_right bigint not null default 0;
alter table outcome_sums add column reviewed bigint not null default 0;
alter table outcome_sums add column review_failed bigint not null default 0;
alter table outcome_sums add column judged bigint not null default 0;
alter table outcome_sums add column wrong bigint not null default 0;
create index outcomes_by_category on outcomes (category, ended_at);
-- Every ticket is counted once more, with the new counts.
delete from settings where key = 'outcomes_counted';

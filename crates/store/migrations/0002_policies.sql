-- Policies: every version is a row, the current one is the highest. Nothing here says whether a policy lapsed: that
-- is decided from owner and review date whenever it is asked.
create table policies (
  id text primary key,
  kind text not null check (kind in ('operating_model','risk_rules','routing','persona','macro')),
  key text not null, version bigint not null, name text not null, body text not null, categories text not null,
  owner_id text references agents (id), review_by bigint,
  made_by text references agents (id), made_at bigint, note text not null,
  unique (kind, key, version));
create table agent_skills (
  agent_id text not null references agents (id), skill text not null, primary key (agent_id, skill));
-- The versions a sealed page was shown under; what was approved under others does not leave.
alter table seals add column policies text not null default '';

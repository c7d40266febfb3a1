-- Two more kinds of policies. No engine changes a CHECK in place on both, so the table is made anew with its rows; the
-- locks of 0002 are set again, because they went with the old table.
create table policies_anew (
  id text primary key,
  kind text not null check (kind in ('operating_model','risk_rules','routing','persona','macro','escalation','service')),
  key text not null, version bigint not null, name text not null, body text not null, categories text not null,
  owner_id text references agents (id), review_by bigint,
  made_by text references agents (id), made_at bigint, note text not null,
  unique (kind, key, version));
insert into policies_anew (id, kind, key, version, name, body, categories, owner_id, review_by, made_by, made_at, note)
  select id, kind, key, version, name, body, categories, owner_id, review_by, made_by, made_at, note from policies;
drop table policies;
alter table policies_anew rename to policies;

-- Whoever vouches for people: sessions that a provider opened, and who a person is to it.
alter table sessions add column opened_by text not null default 'password' check (opened_by in ('password','code','recovery','provider'));
update sessions set opened_by = opened_with;
alter table sessions drop column opened_with;
alter table sessions rename column opened_by to opened_with;
alter table sessions add column proved_at bigint;
create table identities (
  issuer text not null, subject text not null, agent_id text not null references agents (id), since bigint not null,
  primary key (issuer, subject), unique (agent_id, issuer));

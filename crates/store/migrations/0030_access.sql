-- What a session was opened with; a second factor with its recovery codes; invitations, each good once.
alter table sessions add column client text not null default '';
alter table sessions add column opened_with text not null default 'password' check (opened_with in ('password','code','recovery'));
create table second_factors (
  agent_id text primary key references agents (id), secret {BLOB} not null, created_at bigint not null,
  confirmed_at bigint, last_step bigint not null);
create table recovery_codes (
  agent_id text not null references agents (id), code text not null, used_at bigint, primary key (agent_id, code));
create table invitations (
  id text primary key, token_hash {BLOB} not null unique, email text not null, name text not null, role text not null, queues text not null,
  made_by text not null references agents (id), created_at bigint not null, expires_at bigint not null,
  state text not null check (state in ('open','accepted','withdrawn')));

-- How a yes came about: how its person proved to be there, a colleague's yes before it, the notes that a policy
-- asked for, and the hour the reply was put off to.
create table session_confirmations (
  id text primary key, session_id text not null, agent_id text not null,
  method text not null check (method in ('password')), at bigint not null,
  foreign key (session_id, agent_id) references sessions (id, agent_id));
create index session_confirmations_by_session on session_confirmations (session_id, at);
create table first_approvals (
  id text primary key, seal_id text not null unique, draft_id text not null references drafts (id), revision bigint not null,
  ticket_id text not null references tickets (id), agent_id text not null, session_id text not null, digest text not null,
  answered text, confirmed text not null check (confirmed in ('session','password')), approved_at bigint not null,
  mac {BLOB} not null, taken_back_at bigint,
  foreign key (session_id, agent_id) references sessions (id, agent_id),
  foreign key (seal_id, digest) references seals (id, digest));
create index first_approvals_by_draft on first_approvals (draft_id, revision);
create table approval_answers (
  seal_id text not null references seals (id), key text not null, label text not null, note text not null,
  primary key (seal_id, key));
alter table approvals add column confirmed text not null default 'session' check (confirmed in ('session','password'));
alter table approvals add column first_id text references first_approvals (id);
alter table approvals add column send_at bigint;
-- How far a requester's clock is ahead of UTC, in minutes, by their newest mail: for sending in their morning.
alter table requesters add column utc_offset bigint;

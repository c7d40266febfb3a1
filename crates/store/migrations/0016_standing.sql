-- Texts that a person approved beforehand, word for word, for one category, and each use of one. A use is a row of the
-- outbox of the kind notice, whose word names the standing approval.
create table standing_approvals (
  id text primary key, category text not null, language text not null, body text not null, digest text not null,
  agent_id text not null, session_id text not null, a_day bigint not null check (a_day between 1 and 200),
  a_requester bigint not null check (a_requester between 1 and 3), until_at bigint not null, approved_at bigint not null,
  mac {BLOB} not null, ended_at bigint, ended_by text references agents (id),
  foreign key (session_id, agent_id) references sessions (id, agent_id));
create unique index standing_active on standing_approvals (category, language) where ended_at is null;
create table standing_uses (
  outbox_id text primary key references outbox (id), standing_id text not null references standing_approvals (id),
  ticket_id text not null unique references tickets (id), requester_id text not null references requesters (id),
  answers text not null, status_before text not null, at bigint not null);
create index standing_uses_by_standing on standing_uses (standing_id, at);

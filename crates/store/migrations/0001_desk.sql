-- One text for both engines. {BLOB} is the only type that differs. Words in CHECKs are those of
-- `desk`'s closed lists; a test compares them. Times are microseconds since 1970, UTC.

create table settings (key text primary key, value text not null);
create table counters (name text primary key, value bigint not null);
create table queues (key text primary key, name text not null);
create table categories (
  key text primary key, name text not null, description text not null,
  operating_model text not null check (operating_model in ('product_question','billing_explanation','refund','technical','security','relationship','legal')),
  queue text not null references queues (key), position bigint not null);

create table organizations (
  id text primary key, name text not null, domain text not null unique,
  ai text not null check (ai in ('default','in','out')), plan text not null, note text not null);
create table requesters (
  id text primary key, name text not null, email text not null unique,
  organization_id text references organizations (id),
  cohort text check (cohort in ('enterprise','self_serve','developer','longtime')),
  ai text not null check (ai in ('default','in','out')), created_at bigint not null);
create table agents (
  id text primary key, name text not null, email text not null unique,
  role text not null check (role in ('agent','lead','knowledge_owner','auditor','admin')),
  ai text not null check (ai in ('default','in','out')),
  password_hash text, deactivated_at bigint, created_at bigint not null);
create table agent_queues (
  agent_id text not null references agents (id), queue text not null references queues (key),
  primary key (agent_id, queue));

create table sessions (
  id text primary key, agent_id text not null references agents (id), token_hash {BLOB} not null unique,
  created_at bigint not null, expires_at bigint not null, ended_at bigint,
  unique (id, agent_id));
create table tokens (
  id text primary key, name text not null, token_hash {BLOB} not null unique, scopes text not null,
  made_by text not null references agents (id), created_at bigint not null, expires_at bigint not null,
  last_used_at bigint, revoked_at bigint);
create table sign_in_failures (email_digest text not null, at bigint not null);
create index sign_in_failures_recent on sign_in_failures (email_digest, at);

create table mailboxes (
  id text primary key, address text not null unique, uid_validity bigint, last_uid bigint not null,
  state text not null check (state in ('idle','ok','failing')), detail text not null, last_fetch_at bigint);
create table blobs (digest text primary key, size bigint not null, bytes {BLOB} not null);
create table mails (
  id text primary key, mailbox text not null,
  source text not null check (source in ('imap','api','import','tray')),
  blob text not null references blobs (digest),
  state text not null check (state in ('received','accepted','quarantined')),
  reason text, message_id text, ticket_id text, attempts bigint not null, received_at bigint not null,
  unique (mailbox, blob));
create index mails_by_state on mails (state, received_at);

create table tickets (
  id text primary key, number bigint not null unique, subject text not null, excerpt text not null,
  status text not null check (status in ('new','open','pending','on_hold','solved','closed')),
  waiting bigint not null check (waiting in (0, 1)),
  priority text not null check (priority in ('low','normal','high','urgent')),
  queue text not null references queues (key), category text references categories (key),
  operating_model text check (operating_model in ('product_question','billing_explanation','refund','technical','security','relationship','legal')),
  doubt text check (doubt in ('sure','check','unknown')), risk text not null, language text,
  requester_id text not null references requesters (id), organization_id text references organizations (id),
  assignee_id text references agents (id),
  draft text not null check (draft in ('ready','preparing','withheld','none')), draft_why text,
  last_inbound_id text, last_inbound_at bigint not null, outcome text check (outcome in ('good','reopened','rated_low')),
  is_first bigint not null default 0, revision bigint not null, created_at bigint not null, updated_at bigint not null);
create index tickets_waiting on tickets (waiting, last_inbound_at desc, id desc);
create index tickets_status on tickets (status, last_inbound_at desc, id desc);
create index tickets_recent on tickets (last_inbound_at desc, id desc);
create index tickets_assignee on tickets (assignee_id, last_inbound_at desc, id desc);
create index tickets_requester on tickets (requester_id, last_inbound_at desc);
create table participants (
  ticket_id text not null references tickets (id), email text not null, primary key (ticket_id, email));
create table ticket_reads (
  ticket_id text not null references tickets (id), agent_id text not null references agents (id),
  read_at bigint not null, primary key (ticket_id, agent_id));
create table status_choices (category text not null, agent_id text not null references agents (id), status text not null, primary key (category, agent_id));
create table notes (
  id text primary key, ticket_id text not null references tickets (id), agent_id text not null references agents (id),
  body text not null, at bigint not null);
create index notes_by_ticket on notes (ticket_id, at);

create table suggestions (
  id text primary key, ticket_id text not null references tickets (id), message_id text not null,
  kind text not null check (kind in ('triage','retrieval')), value text not null,
  confidence double precision, abstained text, because text not null, made_by text not null, made_at bigint not null);
create index suggestions_by_ticket on suggestions (ticket_id, kind, made_at desc);
create table verdicts (
  id text primary key, suggestion_id text not null references suggestions (id), agent_id text not null, session_id text not null,
  verdict text not null check (verdict in ('accepted','edited','rejected')), value text, reason text, at bigint not null,
  foreign key (session_id, agent_id) references sessions (id, agent_id));
create index verdicts_by_suggestion on verdicts (suggestion_id, at desc);

create table sources (
  id text primary key, key text not null unique, name text not null, kind text not null,
  owner_id text not null references agents (id), audience text not null check (audience in ('public','internal')));
create table articles (
  id text primary key, slug text not null unique, source_id text not null references sources (id), title text not null,
  product text not null, audience text not null check (audience in ('public','internal')),
  state text not null check (state in ('draft','approved','expired','withdrawn')),
  owner_id text not null references agents (id), current_version text, applies_to text not null,
  reviewed_at bigint, review_by bigint, created_at bigint not null);
create table versions (
  id text primary key, article_id text not null references articles (id), number bigint not null, title text not null,
  body text not null, digest text not null, state text not null, approved_at bigint, unique (article_id, number));
create table passages (
  id text primary key, version_id text not null references versions (id), article_id text not null references articles (id),
  ordinal bigint not null, heading text not null, text text not null, starts bigint not null, ends bigint not null);
create index passages_by_version on passages (version_id, ordinal);
create table vectors (digest text primary key, model text not null, bytes {BLOB} not null);

create table exchanges (
  id text primary key, ticket_id text not null references tickets (id), endpoint text not null, request {BLOB} not null,
  response text, state text not null check (state in ('pending','answered','refused','failed')), detail text,
  hidden bigint not null, placeholders {BLOB}, at bigint not null, ms bigint);
create table drafts (
  id text primary key, ticket_id text not null references tickets (id), answers text, retrieval_id text references suggestions (id),
  origin text not null check (origin in ('assembled','model','agent')),
  state text not null check (state in ('open','approved','sent','superseded')),
  revision bigint not null, body text not null, machine_body text, machine_sentences text not null, doubts text not null,
  score double precision, exchange_id text references exchanges (id), saved_at bigint not null, created_at bigint not null);
create index drafts_by_ticket on drafts (ticket_id, created_at desc);
create table draft_revisions (
  draft_id text not null references drafts (id), revision bigint not null, body text not null, agent_id text references agents (id),
  at bigint not null, primary key (draft_id, revision));

-- The door. Only `outbox` writes these tables, but for the lease of a letter on its way.
create table seals (
  id text primary key, token_hash {BLOB} not null unique, draft_id text not null references drafts (id), revision bigint not null,
  ticket_id text not null references tickets (id), agent_id text not null, session_id text not null, digest text not null,
  mail_from text not null, recipients text not null, mime {BLOB} not null, envelope text not null, last_inbound_id text,
  at bigint not null, spent_at bigint,
  foreign key (session_id, agent_id) references sessions (id, agent_id), unique (id, digest));
create table seal_sources (
  seal_id text not null references seals (id), article_id text not null references articles (id),
  version_id text not null references versions (id), title text not null, primary key (seal_id, version_id));
create table approvals (
  id text primary key, seal_id text not null unique, draft_id text not null references drafts (id), revision bigint not null,
  ticket_id text not null references tickets (id), agent_id text not null, session_id text not null, digest text not null,
  answered text, status_before text not null, status_after text not null check (status_after in ('solved','pending','open')),
  approved_at bigint not null, mac {BLOB} not null,
  foreign key (session_id, agent_id) references sessions (id, agent_id),
  foreign key (seal_id, digest) references seals (id, digest),
  unique (id, digest));
create table withdrawals (
  approval_id text primary key references approvals (id), why text not null, agent_id text references agents (id), at bigint not null);
create table outbox (
  id text primary key, kind text not null check (kind in ('reply','notice')),
  approval_id text unique, digest text, notice text, ticket_id text not null references tickets (id),
  mail_from text not null, recipients text not null, mime {BLOB} not null, mac {BLOB} not null,
  state text not null check (state in ('ready','sending','sent','uncertain','failed','stopped','cancelled')),
  not_before bigint not null, lease_until bigint, fence bigint not null, attempts bigint not null, detail text,
  created_at bigint not null, updated_at bigint not null,
  check ((kind = 'reply' and approval_id is not null and digest is not null and notice is null)
      or (kind = 'notice' and approval_id is null and notice is not null)),
  foreign key (approval_id, digest) references approvals (id, digest));
create index outbox_due on outbox (state, not_before);
create index outbox_by_ticket on outbox (ticket_id);
create table deliveries (
  id text primary key, outbox_id text not null references outbox (id), attempt bigint not null,
  started_at bigint not null, ended_at bigint, outcome text, reply text, unique (outbox_id, attempt));
create table tray_letters (
  id text primary key, outbox_id text not null unique references outbox (id), mime {BLOB} not null, at bigint not null);

create table messages (
  id text primary key, ticket_id text not null references tickets (id),
  direction text not null check (direction in ('inbound','outbound')),
  requester_id text references requesters (id), agent_id text references agents (id), author_name text not null,
  from_address text not null, recipients text not null, copies text not null, subject text not null,
  text text not null, latest text not null, quoted text, html text,
  message_id text not null, refs text not null, machine text, warnings text not null,
  mail_id text unique references mails (id), outbox_id text unique references outbox (id),
  ai_part text not null check (ai_part in ('none','unchanged','edited')), at bigint not null,
  check ((direction = 'inbound' and outbox_id is null and agent_id is null) or (direction = 'outbound' and outbox_id is not null)));
create index messages_by_ticket on messages (ticket_id, at);
create index messages_by_header on messages (message_id);
create table attachments (
  id text primary key, message_id text not null references messages (id), name text not null, media_type text not null,
  size bigint not null, blob text not null references blobs (digest));
create index attachments_by_message on attachments (message_id);
-- Resolved cases loaded from before this desk existed: question and reply, never sent by us.
create table past_cases (
  ticket_id text primary key references tickets (id), question text not null, reply text not null, agent_id text references agents (id),
  rating bigint, solved_at bigint not null);

create table jobs (
  id text primary key, kind text not null, subject text not null,
  state text not null check (state in ('waiting','running','done','failed')),
  run_at bigint not null, lease_until bigint, fence bigint not null, attempts bigint not null, detail text, created_at bigint not null);
create index jobs_due on jobs (state, run_at);
create unique index jobs_once on jobs (kind, subject) where state = 'waiting';
create table idempotency (
  actor text not null, key text not null, route text not null, body_digest text not null,
  status bigint not null, response text not null, at bigint not null, primary key (actor, key));
create table models (name text primary key, bytes {BLOB} not null, fingerprint text not null, metrics text not null, trained_at bigint not null);

-- The record.
create table entries (
  id text primary key, at bigint not null, kind text not null, actor_kind text not null, actor_id text not null,
  ticket_id text, article_id text, leaf text not null);
create table pending_entries (entry_id text primary key references entries (id));
create table entry_order (seq bigint primary key, entry_id text not null unique references entries (id));
create table tree_nodes (position bigint primary key, hash {BLOB} not null);
create table checkpoints (size bigint primary key, root {BLOB} not null, note text not null, at bigint not null);
create index entries_by_ticket on entries (ticket_id, at);

insert into counters (name, value) values ('ticket', 1000);

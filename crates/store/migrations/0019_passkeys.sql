-- Keys that prove a signed-in person is there, and what they are asked. A challenge is answered once.
create table passkeys (
  id text primary key, agent_id text not null references agents (id), credential text not null unique, name text not null,
  public_key text not null, relying_party text not null, use_count bigint not null, created_at bigint not null, last_used_at bigint);
create index passkeys_by_agent on passkeys (agent_id, created_at);
create table passkey_challenges (
  session_id text not null references sessions (id), purpose text not null check (purpose in ('register','confirm')),
  challenge text not null, at bigint not null, primary key (session_id, purpose));

-- Open tickets nobody touched that followed a new version of routing or risk rules, with what they were and the look before.
create table policy_moves (
  kind text not null, key text not null, version bigint not null, ticket_id text not null references tickets (id),
  suggestion_id text not null references suggestions (id), changes text not null, moved_at bigint not null, restored_at bigint,
  primary key (kind, key, version, ticket_id));
create index policy_moves_by_ticket on policy_moves (ticket_id);
create index policy_moves_by_suggestion on policy_moves (suggestion_id);

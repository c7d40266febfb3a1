-- Which cases a line of an article's text was drafted from: for the owner to look at before a yes.
create table line_origins (
  version_id text not null references versions (id), line bigint not null, ticket_id text not null references tickets (id),
  primary key (version_id, line, ticket_id));
create index line_origins_by_ticket on line_origins (ticket_id);
-- What people looked for in the console, and whether they opened anything; kept for ninety days.
create table searches (
  id text primary key, agent_id text not null references agents (id), words text not null, found bigint not null,
  opened_at bigint, at bigint not null);
create index searches_by_time on searches (at);

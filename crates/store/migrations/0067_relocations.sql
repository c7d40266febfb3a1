-- Letters and notes that went from one ticket to another: all of them by a merge, some by a split. What went is listed, so
-- that undoing a merge puts back exactly that.
create table relocations (
  id text primary key, kind text not null check (kind in ('merge','split')),
  from_ticket text not null references tickets (id), to_ticket text not null references tickets (id),
  agent_id text not null references agents (id), status_before text, at bigint not null,
  undone_by text references agents (id), undone_at bigint,
  check (from_ticket <> to_ticket));
create unique index merged_once on relocations (from_ticket) where kind = 'merge' and undone_at is null;
create index relocations_from on relocations (from_ticket);
create index relocations_to on relocations (to_ticket);
create table relocated (
  relocation_id text not null references relocations (id), row_id text not null, primary key (relocation_id, row_id));

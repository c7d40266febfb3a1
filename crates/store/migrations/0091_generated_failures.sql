-- Failures and cases that never were, for a demo whose page of coverage is not empty. Nobody's words.
create table generated_failures (
  id text primary key, kind text not null check (kind in ('failure','case')),
  queue text not null, category text not null, at bigint not null, subject text not null, text text not null);

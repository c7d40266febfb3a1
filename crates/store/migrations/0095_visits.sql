-- A visit to the help centre that found something, until it is counted among what became of questions. Of what was looked for
-- only a digest, by which the form that follows finds its visit.
create table visits (
  nonce text primary key, id text not null, language text not null, words text not null, at bigint not null,
  led bigint not null default 0);
create index visits_by_time on visits (at);

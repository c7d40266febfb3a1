-- Sources that are read again and again, and which article came from which document. A source without a row in feeds is
-- written by people.
create table feeds (
  source_id text primary key references sources (id),
  fed_by text not null check (fed_by in ('folder','site')), place text not null unique,
  arrival text not null check (arrival in ('propose','approve')),
  product text not null, applies_to text not null, region text not null, purposes text not null,
  state text not null check (state in ('never','done','failed')), ended_at bigint, report text);
create table documents (
  source_id text not null references feeds (source_id), place text not null, article_id text not null unique references articles (id),
  hash text not null, content text not null, canonical text, etag text, modified text, taken_at bigint not null, gone_at bigint,
  primary key (source_id, place));
create index documents_by_content on documents (content);
create index documents_by_canonical on documents (canonical);
alter table articles add column region text not null default '';
alter table articles add column purposes text not null default 'reply,work';
-- What a document hides from its readers, as a JSON list, and the audience it asks for: both are its owner's to look at.
alter table versions add column hidden text not null default '[]';
alter table versions add column audience text;

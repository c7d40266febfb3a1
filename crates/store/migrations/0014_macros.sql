-- A macro is an article that people put into replies as it stands: short, with slots, and with articles it rests on.
-- When one of those changes, its review date has passed and `sent_back_by` names the article that changed.
alter table articles add column kind text not null default 'article' check (kind in ('article','macro'));
alter table articles add column category text not null default '';
alter table articles add column language text not null default '';
alter table articles add column sent_back_by text references articles (id);
create table version_rests (
  version_id text not null references versions (id), article_id text not null references articles (id),
  primary key (version_id, article_id));
create index version_rests_by_article on version_rests (article_id);

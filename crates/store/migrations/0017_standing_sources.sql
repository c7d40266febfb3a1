-- What a standing approval rests on, as its page showed it. When one of these changes, it answers nobody.
create table standing_sources (
  standing_id text not null references standing_approvals (id), article_id text not null references articles (id),
  version_id text not null references versions (id), primary key (standing_id, article_id));

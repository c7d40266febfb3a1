-- People write articles: who wrote a version, when, and why. A proposed version grounds nothing until its owner's yes.
alter table versions add column made_by text references agents (id);
alter table versions add column made_at bigint not null default 0;
alter table versions add column note text not null default '';
-- Days between two reviews of what a source holds.
alter table sources add column interval_days bigint not null default 180;
create index drafts_open on drafts (retrieval_id) where state = 'open';

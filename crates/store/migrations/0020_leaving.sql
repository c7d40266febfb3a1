-- What left for a model says where to, what for, and how much of it was hidden.
alter table exchanges add column region text not null default '';
alter table exchanges add column purpose text not null default 'reply' check (purpose in ('reply','check'));
alter table exchanges add column hiding text not null default 'masked' check (hiding in ('masked','minimal','off'));

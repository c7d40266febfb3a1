-- When a draft that was made while nobody worked was looked at again, at the beginning of work.
alter table drafts add column checked_at bigint;

-- The machine's words in a draft once words of it were rewritten: its text and sentences; null where nothing was.
alter table drafts add column rewritten_body text;
alter table drafts add column rewritten_sentences text;
-- What rewrote the words of a version, and what a model was given and said for it.
alter table draft_revisions add column rewritten_by text;
alter table draft_revisions add column exchange_id text references exchanges (id);

-- Words as filters compare them: lower case by Unicode, made in Rust, because what `lower()` knows differs
-- between engines and between the locales of one. `schema.rs` fills them for rows that are there.
alter table tickets add column folded_subject text not null default '';
alter table tickets add column folded_excerpt text not null default '';
alter table requesters add column folded text not null default '';
alter table articles add column folded text not null default '';

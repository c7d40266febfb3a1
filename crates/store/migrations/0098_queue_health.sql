-- Whether what was promised was kept, and how many characters of drafts people changed.
alter table outcomes add column promised bigint not null default 0;
alter table outcomes add column promises_kept bigint not null default 0;
alter table outcomes add column characters bigint not null default 0;
alter table outcomes add column characters_changed bigint not null default 0;
alter table outcome_sums add column promised bigint not null default 0;
alter table outcome_sums add column promises_kept bigint not null default 0;
alter table outcome_sums add column characters bigint not null default 0;
alter table outcome_sums add column characters_changed bigint not null default 0;
-- Every ticket is counted once more, with the new counts.
delete from settings where key = 'outcomes_counted';

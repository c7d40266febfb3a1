-- Tokens that models read and wrote for a ticket, as far as they said; older rows count none.
alter table outcomes add column model_tokens bigint not null default 0;
alter table outcome_sums add column model_tokens bigint not null default 0;

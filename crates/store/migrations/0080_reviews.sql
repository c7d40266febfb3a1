-- Texts drawn for a second look by people who did not write them, and what they found. The text itself stays in its draft.
create table review_samples (
  id text primary key, ticket_id text not null references tickets (id), draft_id text not null references drafts (id),
  side text not null check (side in ('prepared','sent')), category text not null,
  lot text not null check (lot in ('even','weighted')), wanted bigint not null, drawn_at bigint not null,
  settled text check (settled in ('holds','fails')), settled_by text references agents (id), settled_at bigint, reason text,
  unique (draft_id, side));
create index review_samples_by_time on review_samples (drawn_at);
create table reviews (
  sample_id text not null references review_samples (id), agent_id text not null references agents (id),
  correct text not null check (correct in ('yes','partly','no')), grounded text not null check (grounded in ('yes','partly','no')),
  complete text not null check (complete in ('yes','partly','no')), tone text not null check (tone in ('yes','partly','no')),
  would_send text not null check (would_send in ('as_it_is','changed','no')),
  severity text check (severity in ('minor','major','severe')), failure text, note text not null, verdict text not null check (verdict in ('holds','fails')),
  at bigint not null, primary key (sample_id, agent_id));
create index reviews_by_time on reviews (at);

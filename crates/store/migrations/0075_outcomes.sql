-- What became of each ticket, as counts (`desk::outcome`). Derived: counted again whenever the ticket changes, without words of
-- anybody. A generated row has no ticket.
create table outcomes (
  ticket_id text primary key, number bigint not null, ended_at bigint not null,
  week bigint not null, queue text not null, category text not null, product text not null, persona text not null,
  language text not null, model text not null, failure text not null, lived text not null check (lived in ('here','generated')),
  tickets bigint not null, replied bigint not null, first_reply_minutes bigint not null,
  first_reply_squares bigint not null, assisted bigint not null, assisted_minutes bigint not null,
  assisted_squares bigint not null, alone bigint not null, alone_minutes bigint not null,
  alone_squares bigint not null, drafted bigint not null, drafted_alone bigint not null,
  sent bigint not null, unchanged bigint not null, stamped bigint not null, meaning_changed bigint not null,
  rejected bigint not null, words bigint not null, words_changed bigint not null, reviews bigint not null,
  review_seconds bigint not null, review_squares bigint not null, found_later bigint not null,
  claims bigint not null, grounded bigint not null, common bigint not null, contained bigint not null,
  reopened bigint not null, rated bigint not null, rating_sum bigint not null, escalated bigint not null,
  escalation_answered bigint not null, escalation_right bigint not null, model_requests bigint not null);
create index outcomes_by_week on outcomes (week, ticket_id);
-- Their sums, so that a page over a million tickets reads thousands of rows. Always what the rows above add up to.
create table outcome_sums (
  week bigint not null, queue text not null, category text not null, product text not null, persona text not null,
  language text not null, model text not null, failure text not null, lived text not null,
  tickets bigint not null, replied bigint not null, first_reply_minutes bigint not null,
  first_reply_squares bigint not null, assisted bigint not null, assisted_minutes bigint not null,
  assisted_squares bigint not null, alone bigint not null, alone_minutes bigint not null,
  alone_squares bigint not null, drafted bigint not null, drafted_alone bigint not null,
  sent bigint not null, unchanged bigint not null, stamped bigint not null, meaning_changed bigint not null,
  rejected bigint not null, words bigint not null, words_changed bigint not null, reviews bigint not null,
  review_seconds bigint not null, review_squares bigint not null, found_later bigint not null,
  claims bigint not null, grounded bigint not null, common bigint not null, contained bigint not null,
  reopened bigint not null, rated bigint not null, rating_sum bigint not null, escalated bigint not null,
  escalation_answered bigint not null, escalation_right bigint not null, model_requests bigint not null,
  primary key (week, queue, category, product, persona, language, model, failure, lived));

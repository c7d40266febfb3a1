-- What an exchange took, and which of two models was asked.
alter table exchanges add column tokens bigint;
alter table exchanges add column side text not null default 'present' check (side in ('present','candidate'));
-- What a candidate model drafted beside the present one, apart from every draft: nobody sees it on a ticket, nothing sends it.
create table shadows (
  id text not null primary key,
  ticket_id text not null references tickets (id),
  message_id text not null,
  candidate text not null,
  state text not null check (state in ('waiting','compared','overtaken')),
  present text not null,
  present_body text not null,
  shadow text,
  shadow_body text not null,
  lived text not null check (lived in ('here','generated')),
  made_at bigint not null);
create index shadows_by_ticket on shadows (ticket_id);
create index shadows_by_time on shadows (candidate, made_at);
-- A letter that is prepared twice is one pair: no ticket weighs more than another.
create unique index shadows_by_message on shadows (candidate, message_id);

-- What requesters were asked about a ticket, and what they said: one row a ticket. The comment is theirs, so it goes with them.
create table surveys (
  ticket_id text primary key references tickets (id), requester_id text not null references requesters (id),
  asked_at bigint not null, rating bigint check (rating between 1 and 5), effort bigint check (effort between 1 and 5),
  comment text not null, answered_at bigint, changes bigint not null,
  follow_up_by text references agents (id), follow_up_at bigint);
create index surveys_by_requester on surveys (requester_id, asked_at);
create index surveys_by_answer on surveys (answered_at);
-- Who does not want to be asked.
create table survey_refusals (requester_id text primary key references requesters (id), at bigint not null);
-- Who was asked, what it cost them, and whether those who answer are like the others.
alter table outcomes add column asked bigint not null default 0;
alter table outcomes add column efforts bigint not null default 0;
alter table outcomes add column effort_sum bigint not null default 0;
alter table outcomes add column rated_reopened bigint not null default 0;
alter table outcome_sums add column asked bigint not null default 0;
alter table outcome_sums add column efforts bigint not null default 0;
alter table outcome_sums add column effort_sum bigint not null default 0;
alter table outcome_sums add column rated_reopened bigint not null default 0;

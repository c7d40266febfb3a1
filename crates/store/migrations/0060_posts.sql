-- What was posted on the pages for requesters within the last hour, so that no link and no form floods the desk. Rows are
-- ids and times, and go after an hour.
create table posts (
  id text primary key, way text not null check (way in ('link','form')), requester_id text not null, at bigint not null);
create index posts_by_time on posts (at);

-- Work is taken by kind, oldest first, however long the line of other kinds is.
drop index jobs_due;
create index jobs_due on jobs (kind, run_at) where state = 'waiting';
create index jobs_late on jobs (lease_until) where state = 'running';

-- Changes and what the eval cases said of them. `candidate` is what would hold; `findings` names cases by id alone, so that
-- whose words they are can be forgotten without looking here.
create table gates (
  id text not null primary key,
  subject text not null check (subject in ('policy','classifier','model','program')),
  name text not null,
  state text not null check (state in ('waiting','undecided','promoted','refused','dropped')),
  candidate text not null,
  basis text not null,
  cases bigint not null,
  judgement text check (judgement in ('unchecked','clear','worse','severe')),
  findings text not null,
  ms bigint not null,
  asked_by text references agents (id),
  asked_at bigint not null,
  decided_by text references agents (id),
  decided_at bigint,
  why text not null);
create index gates_by_time on gates (asked_at, id);
create index gates_by_name on gates (subject, name, state);

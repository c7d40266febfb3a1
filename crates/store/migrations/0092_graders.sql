-- How far a model that grades agreed with people who answered the same questions about the same drafts. `grader` is the endpoint,
-- the model and the prompt as one word. Nobody's words are in it.
create table grader_calibrations (
  grader text not null,
  model text not null,
  prompt text not null,
  drafts bigint not null,
  answers bigint not null,
  same bigint not null,
  unsure bigint not null,
  kappa double precision,
  low double precision,
  high double precision,
  made_at bigint not null,
  primary key (grader, made_at));

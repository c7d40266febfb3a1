-- What other systems know of a requester, as they said it: contract, region, seats. Shown to agents, given to no model.
create table attributes (
  requester_id text not null references requesters (id), key text not null, value text not null,
  primary key (requester_id, key));

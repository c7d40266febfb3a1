-- Who gets the week by mail, as they said it, and which week they got last.
create table digests (
  agent_id text primary key references agents (id), mail text not null check (mail in ('on','off')), mailed_week bigint);

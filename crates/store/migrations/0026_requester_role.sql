-- What a requester does at their company, as an agent wrote it down; personas can be for a role.
alter table requesters add column role text;

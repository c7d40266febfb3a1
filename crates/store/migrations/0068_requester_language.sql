-- The language a requester last chose on their page; fixed mails to them are written in it.
alter table requesters add column language text;

-- What belongs to a person is found without reading the rows of others, and nothing that a court or a contract asks for is
-- thrown away.
create index mails_by_blob on mails (blob);
create index mails_by_ticket on mails (ticket_id);
create index attachments_by_blob on attachments (blob);
create index exchanges_by_ticket on exchanges (ticket_id);
create index exchanges_by_time on exchanges (at);
create index drafts_by_retrieval on drafts (retrieval_id);
create index drafts_by_exchange on drafts (exchange_id);
create index draft_revisions_by_exchange on draft_revisions (exchange_id);
create index seals_by_ticket on seals (ticket_id);
create index moves_by_ticket on moves (ticket_id);
create index nearest_cases_by_ticket on nearest_cases (ticket_id);
create index participants_by_email on participants (email);
create table holds (
  id text primary key, requester_id text not null references requesters (id), reference text not null,
  placed_at bigint not null, ended_at bigint);
create unique index holds_open on holds (requester_id) where ended_at is null;

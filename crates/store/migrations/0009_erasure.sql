-- A requester can be erased. What was approved may then lose its recipients and bytes, once it can no longer leave, and
-- nothing else: digests, marks and who approved stay, and the record with them.
create index messages_by_requester on messages (requester_id);

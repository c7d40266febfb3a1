create trigger first_approvals_no_delete before delete on first_approvals begin select raise(abort, 'an approval cannot be changed'); end;
create trigger first_approvals_sealed before update on first_approvals
  when not (old.taken_back_at is null and new.taken_back_at is not null
    and new.id is old.id and new.seal_id is old.seal_id and new.draft_id is old.draft_id and new.revision is old.revision
    and new.ticket_id is old.ticket_id and new.agent_id is old.agent_id and new.session_id is old.session_id and new.digest is old.digest
    and new.answered is old.answered and new.confirmed is old.confirmed and new.approved_at is old.approved_at and new.mac is old.mac)
  begin select raise(abort, 'an approval cannot be changed'); end;
create trigger session_confirmations_no_update before update on session_confirmations begin select raise(abort, 'a confirmation cannot be changed'); end;

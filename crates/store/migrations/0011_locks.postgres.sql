create trigger first_approvals_no_delete before delete on first_approvals for each row execute function refuse_change('an approval cannot be changed');
create trigger first_approvals_sealed before update on first_approvals
  for each row when (not (old.taken_back_at is null and new.taken_back_at is not null
    and new.id is not distinct from old.id and new.seal_id is not distinct from old.seal_id and new.draft_id is not distinct from old.draft_id and new.revision is not distinct from old.revision
    and new.ticket_id is not distinct from old.ticket_id and new.agent_id is not distinct from old.agent_id and new.session_id is not distinct from old.session_id and new.digest is not distinct from old.digest
    and new.answered is not distinct from old.answered and new.confirmed is not distinct from old.confirmed and new.approved_at is not distinct from old.approved_at and new.mac is not distinct from old.mac))
  execute function refuse_change('an approval cannot be changed');
create trigger session_confirmations_no_update before update on session_confirmations for each row execute function refuse_change('a confirmation cannot be changed');

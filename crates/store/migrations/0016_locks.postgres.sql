create trigger standing_no_delete before delete on standing_approvals for each row execute function refuse_change('an approval cannot be changed');
create trigger standing_sealed before update on standing_approvals
  for each row when (not (old.ended_at is null and new.ended_at is not null
    and new.id is not distinct from old.id and new.category is not distinct from old.category and new.language is not distinct from old.language
    and new.body is not distinct from old.body and new.digest is not distinct from old.digest and new.agent_id is not distinct from old.agent_id
    and new.session_id is not distinct from old.session_id and new.a_day is not distinct from old.a_day and new.a_requester is not distinct from old.a_requester
    and new.until_at is not distinct from old.until_at and new.approved_at is not distinct from old.approved_at and new.mac is not distinct from old.mac))
  execute function refuse_change('an approval cannot be changed');
create trigger standing_uses_no_update before update on standing_uses for each row execute function refuse_change('a use cannot be changed');
create trigger standing_uses_no_delete before delete on standing_uses for each row execute function refuse_change('a use cannot be changed');

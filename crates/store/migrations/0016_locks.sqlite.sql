create trigger standing_no_delete before delete on standing_approvals begin select raise(abort, 'an approval cannot be changed'); end;
create trigger standing_sealed before update on standing_approvals
  when not (old.ended_at is null and new.ended_at is not null
    and new.id is old.id and new.category is old.category and new.language is old.language and new.body is old.body and new.digest is old.digest
    and new.agent_id is old.agent_id and new.session_id is old.session_id and new.a_day is old.a_day and new.a_requester is old.a_requester
    and new.until_at is old.until_at and new.approved_at is old.approved_at and new.mac is old.mac)
  begin select raise(abort, 'an approval cannot be changed'); end;
create trigger standing_uses_no_update before update on standing_uses begin select raise(abort, 'a use cannot be changed'); end;
create trigger standing_uses_no_delete before delete on standing_uses begin select raise(abort, 'a use cannot be changed'); end;

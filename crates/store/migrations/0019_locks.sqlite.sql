-- A passkey is a third way of confirming. SQLite changes no check of a column: each is made anew and the old one goes.
drop trigger approvals_no_update;
drop trigger first_approvals_sealed;
drop trigger session_confirmations_no_update;
alter table approvals add column confirmed_by text not null default 'session' check (confirmed_by in ('session','password','passkey'));
update approvals set confirmed_by = confirmed;
alter table approvals drop column confirmed;
alter table approvals rename column confirmed_by to confirmed;
alter table first_approvals add column confirmed_by text not null default 'session' check (confirmed_by in ('session','password','passkey'));
update first_approvals set confirmed_by = confirmed;
alter table first_approvals drop column confirmed;
alter table first_approvals rename column confirmed_by to confirmed;
alter table session_confirmations add column confirmed_by text not null default 'password' check (confirmed_by in ('password','passkey'));
update session_confirmations set confirmed_by = method;
alter table session_confirmations drop column method;
alter table session_confirmations rename column confirmed_by to method;
create trigger approvals_no_update before update on approvals begin select raise(abort, 'an approval cannot be changed'); end;
create trigger first_approvals_sealed before update on first_approvals
  when not (old.taken_back_at is null and new.taken_back_at is not null
    and new.id is old.id and new.seal_id is old.seal_id and new.draft_id is old.draft_id and new.revision is old.revision
    and new.ticket_id is old.ticket_id and new.agent_id is old.agent_id and new.session_id is old.session_id and new.digest is old.digest
    and new.answered is old.answered and new.confirmed is old.confirmed and new.approved_at is old.approved_at and new.mac is old.mac)
  begin select raise(abort, 'an approval cannot be changed'); end;
create trigger session_confirmations_no_update before update on session_confirmations begin select raise(abort, 'a confirmation cannot be changed'); end;

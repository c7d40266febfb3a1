create trigger entries_no_update before update on entries begin select raise(abort, 'the record is append-only'); end;
create trigger entries_no_delete before delete on entries begin select raise(abort, 'the record is append-only'); end;
create trigger entry_order_no_update before update on entry_order begin select raise(abort, 'the record is append-only'); end;
create trigger entry_order_no_delete before delete on entry_order begin select raise(abort, 'the record is append-only'); end;
create trigger checkpoints_no_update before update on checkpoints begin select raise(abort, 'the record is append-only'); end;
create trigger checkpoints_no_delete before delete on checkpoints begin select raise(abort, 'the record is append-only'); end;
create trigger approvals_no_update before update on approvals begin select raise(abort, 'an approval cannot be changed'); end;
create trigger approvals_no_delete before delete on approvals begin select raise(abort, 'an approval cannot be changed'); end;
create trigger withdrawals_no_update before update on withdrawals begin select raise(abort, 'a withdrawal cannot be changed'); end;
create trigger withdrawals_no_delete before delete on withdrawals begin select raise(abort, 'a withdrawal cannot be changed'); end;
create trigger outbox_sealed before update of id, kind, approval_id, digest, notice, ticket_id, mail_from, recipients, mime, mac on outbox
  begin select raise(abort, 'what was approved cannot be changed'); end;

drop trigger outbox_sealed;
create trigger outbox_sealed before update of id, kind, approval_id, digest, notice, ticket_id, mail_from, recipients, mime, mac on outbox
  when not (new.recipients = '[]' and length(new.mime) = 0 and new.state not in ('ready','sending')
    and new.id is old.id and new.kind is old.kind and new.approval_id is old.approval_id and new.digest is old.digest and new.notice is old.notice and new.ticket_id is old.ticket_id and new.mail_from is old.mail_from and new.mac is old.mac)
  begin select raise(abort, 'what was approved cannot be changed'); end;

drop trigger outbox_sealed on outbox;
create trigger outbox_sealed before update of id, kind, approval_id, digest, notice, ticket_id, mail_from, recipients, mime, mac on outbox
  for each row when (not (new.recipients = '[]' and length(new.mime) = 0 and new.state not in ('ready','sending')
    and new.id is not distinct from old.id and new.kind is not distinct from old.kind and new.approval_id is not distinct from old.approval_id and new.digest is not distinct from old.digest and new.notice is not distinct from old.notice and new.ticket_id is not distinct from old.ticket_id and new.mail_from is not distinct from old.mail_from and new.mac is not distinct from old.mac))
  execute function refuse_change('what was approved cannot be changed');

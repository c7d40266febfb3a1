create function refuse_change() returns trigger language plpgsql as $$ begin raise exception '%', tg_argv[0]; end $$;
create trigger entries_locked before update or delete on entries for each row execute function refuse_change('the record is append-only');
create trigger entry_order_locked before update or delete on entry_order for each row execute function refuse_change('the record is append-only');
create trigger checkpoints_locked before update or delete on checkpoints for each row execute function refuse_change('the record is append-only');
create trigger approvals_locked before update or delete on approvals for each row execute function refuse_change('an approval cannot be changed');
create trigger withdrawals_locked before update or delete on withdrawals for each row execute function refuse_change('a withdrawal cannot be changed');
create trigger outbox_sealed before update of id, kind, approval_id, digest, notice, ticket_id, mail_from, recipients, mime, mac on outbox
  for each row execute function refuse_change('what was approved cannot be changed');

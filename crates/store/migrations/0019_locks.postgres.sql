alter table approvals drop constraint approvals_confirmed_check, add check (confirmed in ('session','password','passkey'));
alter table first_approvals drop constraint first_approvals_confirmed_check, add check (confirmed in ('session','password','passkey'));
alter table session_confirmations drop constraint session_confirmations_method_check, add check (method in ('password','passkey'));

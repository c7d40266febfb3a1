create trigger policies_no_update before update on policies begin select raise(abort, 'a version of a policy cannot be changed'); end;
create trigger policies_no_delete before delete on policies begin select raise(abort, 'a version of a policy cannot be changed'); end;

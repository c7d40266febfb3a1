create trigger standing_sources_no_update before update on standing_sources begin select raise(abort, 'an approval cannot be changed'); end;
create trigger standing_sources_no_delete before delete on standing_sources begin select raise(abort, 'an approval cannot be changed'); end;

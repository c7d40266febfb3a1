create trigger standing_sources_no_update before update on standing_sources for each row execute function refuse_change('an approval cannot be changed');
create trigger standing_sources_no_delete before delete on standing_sources for each row execute function refuse_change('an approval cannot be changed');

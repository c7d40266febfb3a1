create trigger policies_locked before update or delete on policies for each row execute function refuse_change('a version of a policy cannot be changed');

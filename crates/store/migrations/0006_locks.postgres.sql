create trigger versions_text before update of id, article_id, number, title, body, digest on versions for each row execute function refuse_change('the text of a version cannot be changed');
create trigger versions_no_delete before delete on versions for each row execute function refuse_change('the text of a version cannot be changed');

create trigger versions_text before update of id, article_id, number, title, body, digest on versions begin select raise(abort, 'the text of a version cannot be changed'); end;
create trigger versions_no_delete before delete on versions begin select raise(abort, 'the text of a version cannot be changed'); end;

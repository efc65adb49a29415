drop trigger book_identity_is_fixed_once_used;

create trigger book_identity_is_fixed_on_update before update on book_identity
begin select raise(abort, 'update refused: rows of book_identity are never changed this way'); end;

drop table book_imports;

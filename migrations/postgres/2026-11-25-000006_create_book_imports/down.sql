drop trigger book_identity_is_fixed_once_used on book_identity;
drop function book_identity_check_empty();
drop trigger book_identity_is_fixed on book_identity;

create trigger book_identity_is_fixed before insert or update or delete or truncate on book_identity
    for each statement execute function refuse_change();

drop table book_imports;

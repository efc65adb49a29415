-- What tells this book from every other: a seal names it, so that it is never held against another book by mistake.
create table book_identity (
    id blob not null,
    constraint book_identity_pkey primary key (id)
) strict;

insert into book_identity (id) values (randomblob(16));

create trigger book_identity_is_fixed_on_insert before insert on book_identity
begin select raise(abort, 'insert refused: rows of book_identity are never changed this way'); end;

create trigger book_identity_is_fixed_on_update before update on book_identity
begin select raise(abort, 'update refused: rows of book_identity are never changed this way'); end;

create trigger book_identity_is_fixed_on_delete before delete on book_identity
begin select raise(abort, 'delete refused: rows of book_identity are never changed this way'); end;

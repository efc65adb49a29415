-- What tells this book from every other: a seal names it, so that it is never held against another book by mistake.
create table book_identity (
    id uuid not null,
    constraint book_identity_pkey primary key (id)
);

insert into book_identity (id) values (gen_random_uuid());

create trigger book_identity_is_fixed before insert or update or delete or truncate on book_identity
    for each statement execute function refuse_change();

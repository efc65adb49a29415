-- The import of a whole book into this one: how far it came, and until when the book is incomplete and must not be used. One row at
-- most, which stays and tells where the book came from.
create table book_imports (
    id integer not null,
    -- The book in the file, which this one becomes.
    book_id blob not null,
    -- How many lines of the file are in the book, and the SHA-256 of these lines: how an import that was cut off finds its place again.
    lines integer not null,
    digest blob not null,
    begun_at integer not null,
    finished_at integer,
    constraint book_imports_pkey primary key (id),
    constraint book_imports_is_one_row check (id = 1),
    constraint book_imports_lines_are_counted check (lines >= 1),
    constraint book_imports_digest_is_a_hash check (length(digest) = 32)
) strict;

create trigger book_imports_stay before delete on book_imports
begin select raise(abort, 'delete refused: rows of book_imports are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger book_imports_are_not_replaced before insert on book_imports
when exists (select 1 from book_imports where id = new.id)
begin select raise(abort, 'replace refused: the import exists'); end;

create trigger book_imports_are_final before update on book_imports
when old.finished_at is not null
begin select raise(abort, 'update refused: rows of book_imports are never changed this way'); end;

-- A copy is the same book and keeps its id, so that seals of the original hold for it. The id is given before the first account is
-- there, and never changes after.
drop trigger book_identity_is_fixed_on_update;

create trigger book_identity_is_fixed_once_used before update on book_identity
when exists (select 1 from accounts)
begin select raise(abort, 'update refused: rows of book_identity are never changed once there are accounts'); end;

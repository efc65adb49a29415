-- The import of a whole book into this one: how far it came, and until when the book is incomplete and must not be used. One row at
-- most, which stays and tells where the book came from.
create table book_imports (
    id smallint not null,
    -- The book in the file, which this one becomes.
    book_id uuid not null,
    -- How many lines of the file are in the book, and the SHA-256 of these lines: how an import that was cut off finds its place again.
    lines bigint not null,
    digest bytea not null,
    begun_at timestamptz not null,
    finished_at timestamptz,
    constraint book_imports_pkey primary key (id),
    constraint book_imports_is_one_row check (id = 1),
    constraint book_imports_lines_are_counted check (lines >= 1),
    constraint book_imports_digest_is_a_hash check (octet_length(digest) = 32)
);

create trigger book_imports_stay before delete or truncate on book_imports
    for each statement execute function refuse_change();

create trigger book_imports_are_final before update on book_imports
    for each row when (old.finished_at is not null) execute function refuse_change();

-- A copy is the same book and keeps its id, so that seals of the original hold for it. The id is given before the first account is
-- there, and never changes after.
drop trigger book_identity_is_fixed on book_identity;

create trigger book_identity_is_fixed before insert or delete or truncate on book_identity
    for each statement execute function refuse_change();

create function book_identity_check_empty() returns trigger language plpgsql set search_path from current as $$
begin
    if exists (select from accounts) then
        raise exception 'update refused: rows of book_identity are never changed once there are accounts'
            using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;

-- Temporary tables come last, so that none can stand for the book's.
do $$ begin
    execute format('alter function book_identity_check_empty() set search_path to %I, pg_temp', current_schema());
end $$;

create trigger book_identity_is_fixed_once_used before update on book_identity
    for each statement execute function book_identity_check_empty();

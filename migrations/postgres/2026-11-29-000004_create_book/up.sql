-- What tells this book from every other: a seal names it, so that it is never held against another book by mistake. A copy is the same
-- book and keeps its id, so that seals of the original hold for it. The id is given before the first account is there, and never changes
-- after.
create table book_identity (
    id uuid not null,
    constraint book_identity_pkey primary key (id)
);

insert into book_identity (id) values (gen_random_uuid());

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

-- What happened to the book as a whole, oldest first, in a chain of its own: periods closed and reopened, schedules added and cancelled,
-- due transfers refused and given up, currencies registered, futures accepted. The hash covers all other columns and the hash before it.
create table book_events (
    event bigint not null,
    -- From the same numbers as those of transfers: its part of the book's one order.
    sequence bigint not null,
    recorded_at timestamptz not null,
    kind text collate "C" not null,
    actor text collate "C" not null,
    hash bytea not null,
    reason text collate "C",
    -- A year, a month or a day of UTC: 2026, 2026-01, 2026-01-31.
    period text collate "C",
    -- The schedule, and its own hash.
    schedule_id uuid,
    schedule_hash bytea,
    currency text collate "C",
    exponent smallint,
    currency_name text collate "C",
    accepted_until timestamptz,
    -- The due transfer of the schedule, and why it was not posted.
    due_at timestamptz,
    due_code text collate "C",
    due_reason text collate "C",
    constraint book_events_pkey primary key (event),
    constraint book_events_sequence_key unique (sequence),
    constraint book_events_event_is_counted check (event >= 1),
    constraint book_events_kind_is_known check (kind in ('period_closed', 'period_reopened', 'schedule_added', 'schedule_cancelled',
        'currency_registered', 'clock_accepted', 'due_refused', 'due_skipped')),
    constraint book_events_hash_is_a_hash check (octet_length(hash) = 32),
    -- Each kind has its own subject and no other.
    constraint book_events_period_is_named check ((kind in ('period_closed', 'period_reopened')) = (period is not null)),
    constraint book_events_schedule_is_named check (
        (kind in ('schedule_added', 'schedule_cancelled', 'due_refused', 'due_skipped')) = (schedule_id is not null)
        and (schedule_id is not null) = (schedule_hash is not null)
        and (schedule_hash is null or octet_length(schedule_hash) = 32)),
    constraint book_events_currency_is_named check (
        (kind = 'currency_registered') = (currency is not null)
        and (currency is not null) = (exponent is not null) and (currency is not null) = (currency_name is not null)),
    constraint book_events_due_is_named check (
        (kind in ('due_refused', 'due_skipped')) = (due_at is not null)
        and (due_at is not null) = (due_code is not null) and (due_at is not null) = (due_reason is not null)),
    -- Who accepts a future says why.
    constraint book_events_acceptance_has_a_reason check (
        (kind = 'clock_accepted') = (accepted_until is not null) and (kind <> 'clock_accepted' or reason is not null))
);

-- What postings ask for: the closed periods.
create index book_events_of_periods on book_events (event) where period is not null;
-- A schedule is added once and cancelled once.
create unique index book_events_of_schedules on book_events (schedule_id, kind) where schedule_id is not null and due_at is null;
-- The first refusal of a due is recorded once, and once that it was given up.
create unique index book_events_of_dues on book_events (schedule_id, due_at, kind) where due_at is not null;
create unique index book_events_of_currencies on book_events (currency) where currency is not null;
create index book_events_of_the_clock on book_events (event) where accepted_until is not null;
-- What every posting keeps to: closed periods, and entries later than the clock that are accepted.
create index book_events_of_postings on book_events (sequence) where period is not null or accepted_until is not null;

create trigger book_events_are_append_only before update or delete or truncate on book_events
    for each statement execute function refuse_change();

-- What only the owner of the book may do, a writer cannot do by a row either.
create function refuse_what_the_owner_does() returns trigger language plpgsql as $$
begin
    if not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'member') then
        raise exception 'permission denied for %: % is recorded by the owner of the book', tg_table_name, new.kind
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

create trigger book_events_of_the_owner before insert on book_events
    for each row when (new.period is not null or new.accepted_until is not null) execute function refuse_what_the_owner_does();

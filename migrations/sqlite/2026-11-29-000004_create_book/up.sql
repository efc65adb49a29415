-- What tells this book from every other: a seal names it, so that it is never held against another book by mistake. A copy is the same
-- book and keeps its id, so that seals of the original hold for it. The id is given before the first account is there, and never changes
-- after.
create table book_identity (
    id blob not null,
    constraint book_identity_pkey primary key (id)
) strict;

insert into book_identity (id) values (randomblob(16));

create trigger book_identity_is_fixed_on_insert before insert on book_identity
begin select raise(abort, 'insert refused: rows of book_identity are never changed this way'); end;

create trigger book_identity_is_fixed_on_delete before delete on book_identity
begin select raise(abort, 'delete refused: rows of book_identity are never changed this way'); end;

create trigger book_identity_is_fixed_once_used before update on book_identity
when exists (select 1 from accounts)
begin select raise(abort, 'update refused: rows of book_identity are never changed once there are accounts'); end;

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

-- What happened to the book as a whole, oldest first, in a chain of its own: periods closed and reopened, schedules added and cancelled,
-- due transfers refused and given up, currencies registered, futures accepted. The hash covers all other columns and the hash before it.
create table book_events (
    event integer not null,
    -- From the same numbers as those of transfers: its part of the book's one order.
    sequence integer not null,
    recorded_at integer not null,
    kind text not null,
    actor text not null,
    hash blob not null,
    reason text,
    -- A year, a month or a day of UTC: 2026, 2026-01, 2026-01-31.
    period text,
    -- The schedule, and its own hash.
    schedule_id blob,
    schedule_hash blob,
    currency text,
    exponent integer,
    currency_name text,
    accepted_until integer,
    -- The due transfer of the schedule, and why it was not posted.
    due_at integer,
    due_code text,
    due_reason text,
    constraint book_events_pkey primary key (event),
    constraint book_events_sequence_key unique (sequence),
    constraint book_events_event_is_counted check (event >= 1),
    constraint book_events_kind_is_known check (kind in ('period_closed', 'period_reopened', 'schedule_added', 'schedule_cancelled',
        'currency_registered', 'clock_accepted', 'due_refused', 'due_skipped')),
    constraint book_events_hash_is_a_hash check (length(hash) = 32),
    -- Each kind has its own subject and no other.
    constraint book_events_period_is_named check ((kind in ('period_closed', 'period_reopened')) = (period is not null)),
    constraint book_events_schedule_is_named check (
        (kind in ('schedule_added', 'schedule_cancelled', 'due_refused', 'due_skipped')) = (schedule_id is not null)
        and (schedule_id is not null) = (schedule_hash is not null)
        and (schedule_hash is null or length(schedule_hash) = 32)),
    constraint book_events_currency_is_named check (
        (kind = 'currency_registered') = (currency is not null)
        and (currency is not null) = (exponent is not null) and (currency is not null) = (currency_name is not null)),
    constraint book_events_due_is_named check (
        (kind in ('due_refused', 'due_skipped')) = (due_at is not null)
        and (due_at is not null) = (due_code is not null) and (due_at is not null) = (due_reason is not null)),
    -- Who accepts a future says why.
    constraint book_events_acceptance_has_a_reason check (
        (kind = 'clock_accepted') = (accepted_until is not null) and (kind <> 'clock_accepted' or reason is not null))
) strict;

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

create trigger book_events_are_append_only_on_update before update on book_events
begin select raise(abort, 'update refused: rows of book_events are never changed this way'); end;

create trigger book_events_are_append_only_on_delete before delete on book_events
begin select raise(abort, 'delete refused: rows of book_events are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger book_events_are_append_only_on_replace before insert on book_events
when exists (select 1 from book_events where event = new.event or sequence = new.sequence
    or (schedule_id = new.schedule_id and kind = new.kind and due_at is null and new.due_at is null)
    or (schedule_id = new.schedule_id and kind = new.kind and due_at = new.due_at) or currency = new.currency)
begin select raise(abort, 'replace refused: the event exists'); end;

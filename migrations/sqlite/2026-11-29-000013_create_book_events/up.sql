-- The chain of periods becomes one chain for everything that happens to the book as a whole. Its hashes cover more than before, so a book
-- that has such things already cannot be taken over: it is made anew, by what was entered.
create table taken_over (
    number integer not null,
    constraint books_with_periods_schedules_or_own_currencies_begin_anew check (number = 0)
) strict;
insert into taken_over
select (select count(*) from period_events) + (select count(*) from schedules) + (select count(*) - 159 from currencies);
drop table taken_over;
drop table period_events;

-- What happened to the book as a whole, oldest first, in a chain of its own: periods closed and reopened, schedules added and cancelled,
-- currencies registered, futures accepted. The hash covers all other columns and the hash before it.
create table book_events (
    event integer not null,
    -- Its place in the book, from the same numbers as those of transfers.
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
    constraint book_events_pkey primary key (event),
    constraint book_events_sequence_key unique (sequence),
    constraint book_events_event_is_counted check (event >= 1),
    constraint book_events_kind_is_known check (kind in ('period_closed', 'period_reopened', 'schedule_added', 'schedule_cancelled',
        'currency_registered', 'clock_accepted')),
    constraint book_events_hash_is_a_hash check (length(hash) = 32),
    -- Each kind has its own subject and no other.
    constraint book_events_period_is_named check ((kind in ('period_closed', 'period_reopened')) = (period is not null)),
    constraint book_events_schedule_is_named check (
        (kind in ('schedule_added', 'schedule_cancelled')) = (schedule_id is not null)
        and (schedule_id is not null) = (schedule_hash is not null)
        and (schedule_hash is null or length(schedule_hash) = 32)),
    constraint book_events_currency_is_named check (
        (kind = 'currency_registered') = (currency is not null)
        and (currency is not null) = (exponent is not null) and (currency is not null) = (currency_name is not null)),
    -- Who accepts a future says why.
    constraint book_events_acceptance_has_a_reason check (
        (kind = 'clock_accepted') = (accepted_until is not null) and (kind <> 'clock_accepted' or reason is not null))
) strict;

-- What postings ask for: the closed periods.
create index book_events_of_periods on book_events (event) where period is not null;
-- A schedule is added once and cancelled once.
create unique index book_events_of_schedules on book_events (schedule_id, kind) where schedule_id is not null;
create unique index book_events_of_currencies on book_events (currency) where currency is not null;
create index book_events_of_the_clock on book_events (event) where accepted_until is not null;

create trigger book_events_are_append_only_on_update before update on book_events
begin select raise(abort, 'update refused: rows of book_events are never changed this way'); end;

create trigger book_events_are_append_only_on_delete before delete on book_events
begin select raise(abort, 'delete refused: rows of book_events are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger book_events_are_append_only_on_replace before insert on book_events
when exists (select 1 from book_events where event = new.event or sequence = new.sequence
    or (schedule_id = new.schedule_id and kind = new.kind) or currency = new.currency)
begin select raise(abort, 'replace refused: the event exists'); end;

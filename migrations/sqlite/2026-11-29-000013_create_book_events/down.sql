drop table book_events;

-- Which periods of effective time are closed, as a history: every closing and reopening, oldest first, in a chain of its own.
create table period_events (
    event integer not null,
    -- Its place in the book, from the same numbers as those of transfers.
    sequence integer not null,
    recorded_at integer not null,
    -- A year, a month or a day of UTC: 2026, 2026-01, 2026-01-31.
    period text not null,
    action text not null,
    actor text not null,
    hash blob not null,
    reason text,
    constraint period_events_pkey primary key (event),
    constraint period_events_sequence_key unique (sequence),
    constraint period_events_event_is_counted check (event >= 1),
    constraint period_events_action_is_known check (action in ('close', 'reopen')),
    constraint period_events_hash_is_a_hash check (length(hash) = 32)
) strict;

create trigger period_events_are_append_only_on_update before update on period_events
begin select raise(abort, 'update refused: rows of period_events are never changed this way'); end;

create trigger period_events_are_append_only_on_delete before delete on period_events
begin select raise(abort, 'delete refused: rows of period_events are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger period_events_are_append_only_on_replace before insert on period_events
when exists (select 1 from period_events where event = new.event or sequence = new.sequence)
begin select raise(abort, 'replace refused: the event exists'); end;

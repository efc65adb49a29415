drop table book_events;
drop function refuse_what_the_owner_does();

-- Which periods of effective time are closed, as a history: every closing and reopening, oldest first, in a chain of its own.
create table period_events (
    event bigint not null,
    -- Its place in the book, from the same numbers as those of transfers.
    sequence bigint not null,
    recorded_at timestamptz not null,
    -- A year, a month or a day of UTC: 2026, 2026-01, 2026-01-31.
    period text collate "C" not null,
    action text collate "C" not null,
    actor text collate "C" not null,
    hash bytea not null,
    reason text collate "C",
    constraint period_events_pkey primary key (event),
    constraint period_events_sequence_key unique (sequence),
    constraint period_events_event_is_counted check (event >= 1),
    constraint period_events_action_is_known check (action in ('close', 'reopen')),
    constraint period_events_hash_is_a_hash check (octet_length(hash) = 32)
);

create trigger period_events_are_append_only before update or delete or truncate on period_events
    for each statement execute function refuse_change();

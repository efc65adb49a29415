-- The rows that transfers update, and then only in their balance, chain position, limits, state and metadata.
-- Fillfactor 60 leaves room on each page for new row versions, and no index has a column that changes, so updates stay HOT.
create table accounts (
    -- The sequence of its opening: an account stands in the book's one order, before everything that happens to it.
    id bigint not null,
    -- On the account's normal side; negative when overdrawn.
    posted bigint not null default 0,
    debits_held bigint not null default 0,
    credits_held bigint not null default 0,
    -- How many transfers touched the account; the newest one, its recorded time, and the hash that covers them all.
    version bigint not null default 0,
    last_transfer bigint,
    last_recorded_at timestamptz,
    min_balance bigint,
    max_balance bigint,
    -- How much may leave it in one transfer, in one day and in one month of UTC.
    per_transfer bigint,
    per_day bigint,
    per_month bigint,
    opened_at timestamptz not null,
    closed_at timestamptz,
    -- The currency's exponent stands here too, fixed like the rest, so that no amount is ever read without it.
    exponent smallint not null,
    name text collate "C" not null,
    account_type text collate "C" not null,
    currency text collate "C" not null,
    state text collate "C" not null default 'open',
    head bytea not null,
    -- Who opened it.
    opened_by text collate "C" not null,
    description text collate "C",
    metadata jsonb,
    constraint accounts_pkey primary key (id),
    constraint accounts_name_key unique (name),
    constraint accounts_currency_fkey foreign key (currency, exponent) references currencies (code, exponent),
    constraint accounts_name_is_bounded check (octet_length(name) between 1 and 255),
    constraint accounts_opened_by_is_bounded check (octet_length(opened_by) between 1 and 255),
    constraint accounts_account_type_is_known check (account_type in ('asset', 'liability', 'equity', 'revenue', 'expense')),
    constraint accounts_state_is_known check (state in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint accounts_limits_are_ordered check (min_balance <= max_balance),
    constraint accounts_velocity_is_not_negative check (per_transfer >= 0 and per_day >= 0 and per_month >= 0),
    constraint accounts_held_is_not_negative check (debits_held >= 0 and credits_held >= 0),
    -- Every hold can be captured and every one released, whatever the order: no balance on the way leaves 64 bits.
    constraint accounts_held_leaves_room check (
        posted >= -9223372036854775807 - 1 + case when account_type in ('asset', 'expense') then credits_held else debits_held end
        and posted <= 9223372036854775807 - case when account_type in ('asset', 'expense') then debits_held else credits_held end),
    -- What is available, on the normal side, never falls below the minimum: the last line of defence against an overdraft.
    constraint accounts_available_at_least_min check (
        posted >= min_balance + case when account_type in ('asset', 'expense') then credits_held else debits_held end),
    constraint accounts_balance_at_most_max check (posted <= max_balance),
    -- The three say the same thing: the account has been used.
    constraint accounts_chain_is_whole check ((version = 0) = (last_transfer is null) and (version = 0) = (last_recorded_at is null)),
    constraint accounts_head_is_a_hash check (octet_length(head) = 32)
) with (fillfactor = 60);

create trigger accounts_stay before delete or truncate on accounts
    for each statement execute function refuse_change();

-- What an account is was hashed when it opened. Naming the columns costs nothing on the updates that leave them alone.
create trigger accounts_identity_is_fixed before update of id, name, account_type, currency, exponent, opened_at, opened_by on accounts
    for each statement execute function refuse_change();

-- Every change of what an account may do and of the metadata beside it, oldest first: how it was before and after, and who wanted it so.
-- Part of the account's chain of hashes, between the transfers that came before and those that came later. A change of a transfer's
-- metadata stands in the chain of the account that it debited.
create table account_events (
    account_id bigint not null,
    event bigint not null,
    -- From the same numbers as those of transfers: its part of the book's one order.
    sequence bigint not null,
    -- How many transfers had touched the account.
    version bigint not null,
    recorded_at timestamptz not null,
    min_balance_before bigint,
    max_balance_before bigint,
    min_balance_after bigint,
    max_balance_after bigint,
    per_transfer_before bigint,
    per_day_before bigint,
    per_month_before bigint,
    per_transfer_after bigint,
    per_day_after bigint,
    per_month_after bigint,
    journal_id uuid,
    -- The transfer whose metadata changed.
    transfer_id uuid,
    state_before text collate "C" not null,
    state_after text collate "C" not null,
    actor text collate "C" not null,
    hash bytea not null,
    reason text collate "C",
    metadata_before jsonb,
    metadata_after jsonb,
    constraint account_events_pkey primary key (account_id, event),
    constraint account_events_sequence_key unique (sequence),
    constraint account_events_account_id_fkey foreign key (account_id) references accounts (id),
    constraint account_events_event_is_counted check (event >= 1),
    constraint account_events_state_before_is_known check (state_before in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_state_after_is_known check (state_after in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_version_is_counted check (version >= 0),
    constraint account_events_metadata_is_whole check ((metadata_before is null) = (metadata_after is null)),
    constraint account_events_transfer_has_metadata check (transfer_id is null or metadata_after is not null),
    constraint account_events_hash_is_a_hash check (octet_length(hash) = 32)
);

-- Few events are about metadata, and only those are in these indexes.
create index account_events_by_transfer on account_events (transfer_id, sequence) where transfer_id is not null;
create index account_events_by_metadata on account_events (account_id, event)
    where metadata_after is not null and transfer_id is null;

create trigger account_events_are_append_only before update or delete or truncate on account_events
    for each statement execute function refuse_change();

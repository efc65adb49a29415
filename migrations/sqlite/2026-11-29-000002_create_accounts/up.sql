-- The rows that transfers update, and then only in their balance, chain position, limits, state and metadata.
create table accounts (
    -- The sequence of its opening: an account stands in the book's one order, before everything that happens to it.
    id integer not null,
    -- On the account's normal side; negative when overdrawn.
    posted integer not null default 0,
    debits_held integer not null default 0,
    credits_held integer not null default 0,
    -- How many transfers touched the account; the newest one, its recorded time, and the hash that covers them all.
    version integer not null default 0,
    last_transfer integer,
    last_recorded_at integer,
    min_balance integer,
    max_balance integer,
    -- How much may leave it in one transfer, in one day and in one month of UTC.
    per_transfer integer,
    per_day integer,
    per_month integer,
    opened_at integer not null,
    closed_at integer,
    -- The currency's exponent stands here too, fixed like the rest, so that no amount is ever read without it.
    exponent integer not null,
    name text not null,
    account_type text not null,
    currency text not null,
    state text not null default 'open',
    head blob not null,
    -- Who opened it.
    opened_by text not null,
    description text,
    metadata text,
    constraint accounts_pkey primary key (id),
    constraint accounts_name_key unique (name),
    constraint accounts_currency_fkey foreign key (currency, exponent) references currencies (code, exponent),
    constraint accounts_name_is_bounded check (length(cast(name as blob)) between 1 and 255),
    constraint accounts_opened_by_is_bounded check (length(cast(opened_by as blob)) between 1 and 255),
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
    constraint accounts_head_is_a_hash check (length(head) = 32)
) strict;

create trigger accounts_stay before delete on accounts
begin select raise(abort, 'delete refused: rows of accounts are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger accounts_are_not_replaced before insert on accounts
when exists (select 1 from accounts where id = new.id or name = new.name)
begin select raise(abort, 'replace refused: the account exists'); end;

-- What an account is was hashed when it opened. SQLite goes by the name that the statement uses, and the id has four.
create trigger accounts_identity_is_fixed before update of id, rowid, oid, _rowid_, name, account_type, currency, exponent, opened_at, opened_by on accounts
begin select raise(abort, 'update refused: rows of accounts are never changed this way'); end;

-- Every change of what an account may do and of the metadata beside it, oldest first: how it was before and after, and who wanted it so.
-- Part of the account's chain of hashes, between the transfers that came before and those that came later. A change of a transfer's
-- metadata stands in the chain of the account that it debited.
create table account_events (
    account_id integer not null,
    event integer not null,
    -- From the same numbers as those of transfers: its part of the book's one order.
    sequence integer not null,
    -- How many transfers had touched the account.
    version integer not null,
    recorded_at integer not null,
    min_balance_before integer,
    max_balance_before integer,
    min_balance_after integer,
    max_balance_after integer,
    per_transfer_before integer,
    per_day_before integer,
    per_month_before integer,
    per_transfer_after integer,
    per_day_after integer,
    per_month_after integer,
    journal_id blob,
    -- The transfer whose metadata changed.
    transfer_id blob,
    state_before text not null,
    state_after text not null,
    actor text not null,
    hash blob not null,
    reason text,
    metadata_before text,
    metadata_after text,
    constraint account_events_pkey primary key (account_id, event),
    constraint account_events_sequence_key unique (sequence),
    constraint account_events_account_id_fkey foreign key (account_id) references accounts (id),
    constraint account_events_event_is_counted check (event >= 1),
    constraint account_events_state_before_is_known check (state_before in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_state_after_is_known check (state_after in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_version_is_counted check (version >= 0),
    constraint account_events_metadata_is_whole check ((metadata_before is null) = (metadata_after is null)),
    constraint account_events_transfer_has_metadata check (transfer_id is null or metadata_after is not null),
    constraint account_events_hash_is_a_hash check (length(hash) = 32)
) strict;

-- Few events are about metadata, and only those are in these indexes.
create index account_events_by_transfer on account_events (transfer_id, sequence) where transfer_id is not null;
create index account_events_by_metadata on account_events (account_id, event)
    where metadata_after is not null and transfer_id is null;

create trigger account_events_are_append_only_on_update before update on account_events
begin select raise(abort, 'update refused: rows of account_events are never changed this way'); end;

create trigger account_events_are_append_only_on_delete before delete on account_events
begin select raise(abort, 'delete refused: rows of account_events are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger account_events_are_append_only_on_replace before insert on account_events
when exists (select 1 from account_events where (account_id = new.account_id and event = new.event) or sequence = new.sequence)
begin select raise(abort, 'replace refused: the event exists'); end;

-- Every change of what an account may do, oldest first: what it could do before and after, and who wanted it so. Part of the
-- account's chain of hashes, between the transfers that came before and those that came later.
create table account_events (
    account_id bigint not null,
    event bigint not null,
    -- Its place in the book, from the same numbers as those of transfers.
    sequence bigint not null,
    -- How many transfers had touched the account.
    version bigint not null,
    recorded_at timestamptz not null,
    min_balance_before bigint,
    max_balance_before bigint,
    min_balance_after bigint,
    max_balance_after bigint,
    journal_id uuid,
    state_before text collate "C" not null,
    state_after text collate "C" not null,
    actor text collate "C" not null,
    hash bytea not null,
    reason text collate "C",
    constraint account_events_pkey primary key (account_id, event),
    constraint account_events_sequence_key unique (sequence),
    constraint account_events_account_id_fkey foreign key (account_id) references accounts (id),
    constraint account_events_event_is_counted check (event >= 1),
    constraint account_events_state_before_is_known check (state_before in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_state_after_is_known check (state_after in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_version_is_counted check (version >= 0),
    constraint account_events_hash_is_a_hash check (octet_length(hash) = 32)
);

create trigger account_events_are_append_only before update or delete or truncate on account_events
    for each statement execute function refuse_change();

-- Changes of limits were recorded outside the chain until now, and cannot be put into it afterwards: later hashes would not fit.
do $$ begin
    if exists (select from account_limits) then
        raise exception 'the book has changes of limits from before they were part of the chain';
    end if;
end $$;
drop table account_limits;

-- When a hold ends by itself, and the most that was asked for where the amount was left to what is available.
alter table transfers
    add column expires_at timestamptz,
    add column up_to bigint,
    add constraint transfers_only_holds_expire check (expires_at is null or kind = 'hold'),
    add constraint transfers_up_to_is_kept check (amount <= up_to);

-- Few transfers are about others, and only those are in these indexes.
create index transfers_by_journal on transfers (journal_id) where journal_id is not null;
create index transfers_by_hold on transfers (hold_id) where hold_id is not null;
create index transfers_by_reversed on transfers (reversed_id) where reversed_id is not null;

-- What is left of each hold: the only rows beside accounts that are updated, and then only in what is left and how the hold stands.
create table holds (
    id uuid not null,
    sequence bigint not null,
    debit_account_id bigint not null,
    credit_account_id bigint not null,
    amount bigint not null,
    remaining bigint not null,
    expires_at timestamptz,
    state text collate "C" not null,
    constraint holds_pkey primary key (id),
    constraint holds_sequence_key unique (sequence),
    constraint holds_sequence_fkey foreign key (sequence) references transfers (sequence),
    constraint holds_remaining_is_part_of_amount check (remaining between 0 and amount and amount > 0),
    constraint holds_state_is_known check (state in ('open', 'captured', 'released', 'expired')),
    -- The two say the same thing: something can still be captured.
    constraint holds_open_while_something_remains check ((state = 'open') = (remaining > 0))
) with (fillfactor = 80);

-- What has expired is looked up by account; a hold leaves these indexes when nothing of it is left.
create index holds_open_by_debit on holds (debit_account_id, expires_at) where state = 'open';
create index holds_open_by_credit on holds (credit_account_id, expires_at) where state = 'open';
create index holds_open_by_expiry on holds (expires_at) where state = 'open' and expires_at is not null;

create trigger holds_stay before delete or truncate on holds
    for each statement execute function refuse_change();

create trigger holds_identity_is_fixed before update of id, sequence, debit_account_id, credit_account_id, amount, expires_at on holds
    for each statement execute function refuse_change();

-- PostgreSQL looks for a table among the session's temporary ones first unless these are named last, so anybody who may make one could
-- have put it before the book's accounts.
do $$ begin
    execute format('alter function transfers_check_accounts() set search_path to %I, pg_temp', current_schema());
end $$;

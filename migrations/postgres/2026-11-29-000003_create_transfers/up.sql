-- Numbers are drawn one by one while the accounts are locked, so they rise along every account's history.
-- A cache above 1 would hand a session old numbers later and break that.
create sequence transfers_sequence_seq as bigint cache 1;

-- Append-only and the whole truth: every balance is the fold of these rows. There is no index on the account columns; each row
-- names the previous transfer of both its accounts instead, so that a history is a walk over primary keys.
create table transfers (
    sequence bigint not null,
    id uuid not null,
    debit_account_id bigint not null,
    credit_account_id bigint not null,
    amount bigint not null,
    -- For each side: the account's version and posted balance after this transfer, and the sequence of its previous one.
    debit_version bigint not null,
    credit_version bigint not null,
    debit_balance bigint not null,
    credit_balance bigint not null,
    debit_previous bigint,
    credit_previous bigint,
    recorded_at timestamptz not null,
    effective_at timestamptz not null,
    journal_id uuid,
    hold_id uuid,
    reversed_id uuid,
    -- The part of its request that neither this row nor the others of its journal show: a hash of it, so that a repetition is told from
    -- another request.
    request_digest uuid,
    -- When a hold ends by itself, and the most that was asked for where the amount was left to what is available.
    expires_at timestamptz,
    up_to bigint,
    -- What the book's clock said, where a transfer is recorded later than that because an account's newest entry was. Days, months and
    -- relative expiries are counted by it. Almost no row has it, and then it takes no room.
    clock_at timestamptz,
    kind text collate "C" not null,
    -- Who asked for it.
    actor text collate "C" not null,
    hash bytea not null,
    -- The text that the id was made from, so that people find a transfer by the key that they gave.
    key text collate "C",
    description text collate "C",
    metadata jsonb,
    constraint transfers_pkey primary key (sequence),
    constraint transfers_id_key unique (id),
    constraint transfers_amount_is_positive check (amount > 0),
    constraint transfers_accounts_differ check (debit_account_id <> credit_account_id),
    constraint transfers_kind_is_known check (kind in ('transfer', 'hold', 'capture', 'release', 'reversal')),
    constraint transfers_versions_are_counted check (debit_version >= 1 and credit_version >= 1),
    -- A pointer is missing on an account's first transfer only, and always points back.
    constraint transfers_pointers_go_back check (
        (debit_version = 1) = (debit_previous is null) and (credit_version = 1) = (credit_previous is null)
        and coalesce(debit_previous, 0) < sequence and coalesce(credit_previous, 0) < sequence),
    constraint transfers_only_holds_expire check (expires_at is null or kind = 'hold'),
    constraint transfers_up_to_is_kept check (amount <= up_to),
    constraint transfers_clock_is_before_recorded check (clock_at < recorded_at),
    constraint transfers_actor_is_bounded check (octet_length(actor) between 1 and 255),
    constraint transfers_key_is_bounded check (octet_length(key) between 1 and 255),
    constraint transfers_hash_is_a_hash check (octet_length(hash) = 32)
);

-- Milestones: every 64th version of an account can be found by time; the rest is at most 63 steps down the chain.
create index transfers_debit_milestones on transfers (debit_account_id, recorded_at) where debit_version % 64 = 0;
create index transfers_credit_milestones on transfers (credit_account_id, recorded_at) where credit_version % 64 = 0;

-- The exceptions: transfers that count at another time than they were recorded. With all that corrections of balances read, in the order
-- of statements: what is read is the index alone, and no transfers from all over the book. With the kind, because holds and releases have
-- times too, and move nothing.
create index transfers_debit_effective on transfers (debit_account_id, effective_at, sequence, recorded_at, amount, kind)
    where effective_at <> recorded_at;
create index transfers_credit_effective on transfers (credit_account_id, effective_at, sequence, recorded_at, amount, kind)
    where effective_at <> recorded_at;

-- Few transfers are about others, and only those are in these indexes.
create index transfers_by_journal on transfers (journal_id) where journal_id is not null;
create index transfers_by_hold on transfers (hold_id) where hold_id is not null;
create index transfers_by_reversed on transfers (reversed_id) where reversed_id is not null;

create trigger transfers_are_append_only before update or delete or truncate on transfers
    for each statement execute function refuse_change();

-- Once a statement instead of two foreign keys a row, which cost half the speed. Of many rows the accounts are looked up in one go, in the
-- order of their ids, which takes half the time of one look-up a side of each row. That is enough where all of them are there and share
-- one currency. Otherwise, and where there are few, each row is looked at by itself: the scalar subqueries make the plan a primary key
-- look-up whatever the size of the batch that the plan was made for.
create function transfers_check_accounts() returns trigger language plpgsql set search_path from current as $$
declare
    touched bigint[];
    known bigint;
    first_currency text;
    last_currency text;
    bad bigint;
begin
    if (select count(*) from (select from inserted limit 50) few) = 50 then
        touched := array(select debit_account_id from inserted union select credit_account_id from inserted);
        select count(*), min(currency), max(currency) into known, first_currency, last_currency
        from accounts where id = any(touched);
        if known = cardinality(touched) and first_currency = last_currency then
            return null;
        end if;
    end if;
    select t.sequence into bad from inserted t
    where ((select a.currency from accounts a where a.id = t.debit_account_id)
         = (select a.currency from accounts a where a.id = t.credit_account_id)) is not true
    limit 1;
    if found then
        raise exception 'transfer % refused: its accounts do not both exist in one currency', bad
            using errcode = 'foreign_key_violation', constraint = 'transfers_accounts_share_currency';
    end if;
    return null;
end
$$;

-- The search path is pinned: a book is a schema. PostgreSQL looks for a table among the session's temporary ones first unless these are
-- named last, so anybody who may make one could put it before the book's accounts.
do $$ begin
    execute format('alter function transfers_check_accounts() set search_path to %I, pg_temp', current_schema());
end $$;

create trigger transfers_accounts_share_currency after insert on transfers
    referencing new table as inserted
    for each statement execute function transfers_check_accounts();

-- What is left of each hold, updated under the lock of its accounts, and then only in what is left and how the hold stands.
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
-- That something remains of an open hold is nothing new. But only the search for what has expired anywhere says so, so that the search by
-- account cannot be led past everything that has expired in the book.
create index holds_open_by_expiry on holds (expires_at) where state = 'open' and expires_at is not null and remaining > 0;

create trigger holds_stay before delete or truncate on holds
    for each statement execute function refuse_change();

create trigger holds_identity_is_fixed before update of id, sequence, debit_account_id, credit_account_id, amount, expires_at on holds
    for each statement execute function refuse_change();

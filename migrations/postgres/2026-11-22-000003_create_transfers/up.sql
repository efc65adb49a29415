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
    kind text collate "C" not null,
    hash bytea not null,
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
    constraint transfers_hash_is_a_hash check (octet_length(hash) = 32)
);

-- Milestones: every 64th version of an account can be found by time; the rest is at most 63 steps down the chain.
create index transfers_debit_milestones on transfers (debit_account_id, recorded_at) where debit_version % 64 = 0;
create index transfers_credit_milestones on transfers (credit_account_id, recorded_at) where credit_version % 64 = 0;

-- The exceptions: transfers that count at another time than they were recorded.
create index transfers_debit_effective on transfers (debit_account_id, effective_at) where effective_at <> recorded_at;
create index transfers_credit_effective on transfers (credit_account_id, effective_at) where effective_at <> recorded_at;

create trigger transfers_are_append_only before update or delete or truncate on transfers
    for each statement execute function refuse_change();

-- Once a statement instead of two foreign keys a row, which cost half the speed. The scalar subqueries make the plan a primary key
-- look-up whatever the size of the batch that the plan was made for. The search path is pinned: a book is a schema.
create function transfers_check_accounts() returns trigger language plpgsql set search_path from current as $$
declare
    bad bigint;
begin
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

create trigger transfers_accounts_share_currency after insert on transfers
    referencing new table as inserted
    for each statement execute function transfers_check_accounts();

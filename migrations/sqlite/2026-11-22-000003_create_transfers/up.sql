-- Append-only and the whole truth: every balance is the fold of these rows. There is no index on the account columns; each row
-- names the previous transfer of both its accounts instead, so that a history is a walk over primary keys.
create table transfers (
    sequence integer not null,
    id blob not null,
    debit_account_id integer not null,
    credit_account_id integer not null,
    amount integer not null,
    -- For each side: the account's version and posted balance after this transfer, and the sequence of its previous one.
    debit_version integer not null,
    credit_version integer not null,
    debit_balance integer not null,
    credit_balance integer not null,
    debit_previous integer,
    credit_previous integer,
    recorded_at integer not null,
    effective_at integer not null,
    journal_id blob,
    hold_id blob,
    reversed_id blob,
    kind text not null,
    hash blob not null,
    description text,
    metadata text,
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
    constraint transfers_hash_is_a_hash check (length(hash) = 32)
) strict;

-- Milestones: every 64th version of an account can be found by time; the rest is at most 63 steps down the chain.
create index transfers_debit_milestones on transfers (debit_account_id, recorded_at) where debit_version % 64 = 0;
create index transfers_credit_milestones on transfers (credit_account_id, recorded_at) where credit_version % 64 = 0;

-- The exceptions: transfers that count at another time than they were recorded.
create index transfers_debit_effective on transfers (debit_account_id, effective_at) where effective_at <> recorded_at;
create index transfers_credit_effective on transfers (credit_account_id, effective_at) where effective_at <> recorded_at;

create trigger transfers_are_append_only_on_update before update on transfers
begin select raise(abort, 'update refused: rows of transfers are never changed this way'); end;

create trigger transfers_are_append_only_on_delete before delete on transfers
begin select raise(abort, 'delete refused: rows of transfers are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger transfers_are_append_only_on_replace before insert on transfers
when exists (select 1 from transfers where sequence = new.sequence or id = new.id)
begin select raise(abort, 'replace refused: the transfer exists'); end;

-- A trigger and not foreign keys, which any connection can leave switched off, and which cannot compare the currencies.
create trigger transfers_accounts_share_currency before insert on transfers
when ((select currency from accounts where id = new.debit_account_id)
    = (select currency from accounts where id = new.credit_account_id)) is not true
begin select raise(abort, 'transfer refused: its accounts do not both exist in one currency'); end;

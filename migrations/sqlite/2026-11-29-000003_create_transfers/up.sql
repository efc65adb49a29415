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
    -- The part of its request that neither this row nor the others of its journal show: a hash of it, so that a repetition is told from
    -- another request.
    request_digest blob,
    -- When a hold ends by itself, and the most that was asked for where the amount was left to what is available.
    expires_at integer,
    up_to integer,
    -- What the book's clock said, where a transfer is recorded later than that because an account's newest entry was. Days, months and
    -- relative expiries are counted by it. Almost no row has it, and then it takes no room.
    clock_at integer,
    kind text not null,
    -- Who asked for it.
    actor text not null,
    hash blob not null,
    -- The text that the id was made from, so that people find a transfer by the key that they gave.
    key text,
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
    constraint transfers_only_holds_expire check (expires_at is null or kind = 'hold'),
    constraint transfers_up_to_is_kept check (amount <= up_to),
    constraint transfers_clock_is_before_recorded check (clock_at < recorded_at),
    constraint transfers_actor_is_bounded check (length(cast(actor as blob)) between 1 and 255),
    constraint transfers_key_is_bounded check (length(cast(key as blob)) between 1 and 255),
    constraint transfers_hash_is_a_hash check (length(hash) = 32)
) strict;

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

create trigger transfers_are_append_only_on_update before update on transfers
begin select raise(abort, 'update refused: rows of transfers are never changed this way'); end;

create trigger transfers_are_append_only_on_delete before delete on transfers
begin select raise(abort, 'delete refused: rows of transfers are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here. Asked as two questions, each is one look-up; asked as
-- one with "or", it is a search of its own kind, which takes longer.
create trigger transfers_are_append_only_on_replace before insert on transfers
when exists (select 1 from transfers where sequence = new.sequence) or exists (select 1 from transfers where id = new.id)
begin select raise(abort, 'replace refused: the transfer exists'); end;

-- A trigger and not foreign keys, which any connection can leave switched off, and which cannot compare the currencies.
create trigger transfers_accounts_share_currency before insert on transfers
when ((select currency from accounts where id = new.debit_account_id)
    = (select currency from accounts where id = new.credit_account_id)) is not true
begin select raise(abort, 'transfer refused: its accounts do not both exist in one currency'); end;

-- What is left of each hold, updated under the lock of its accounts, and then only in what is left and how the hold stands.
create table holds (
    id blob not null,
    sequence integer not null,
    debit_account_id integer not null,
    credit_account_id integer not null,
    amount integer not null,
    remaining integer not null,
    expires_at integer,
    state text not null,
    constraint holds_pkey primary key (id),
    constraint holds_sequence_key unique (sequence),
    constraint holds_sequence_fkey foreign key (sequence) references transfers (sequence),
    constraint holds_remaining_is_part_of_amount check (remaining between 0 and amount and amount > 0),
    constraint holds_state_is_known check (state in ('open', 'captured', 'released', 'expired')),
    -- The two say the same thing: something can still be captured.
    constraint holds_open_while_something_remains check ((state = 'open') = (remaining > 0))
) strict;

-- What has expired is looked up by account; a hold leaves these indexes when nothing of it is left.
create index holds_open_by_debit on holds (debit_account_id, expires_at) where state = 'open';
create index holds_open_by_credit on holds (credit_account_id, expires_at) where state = 'open';
-- That something remains of an open hold is nothing new. But only the search for what has expired anywhere says so, so that the search by
-- account cannot be led past everything that has expired in the book.
create index holds_open_by_expiry on holds (expires_at) where state = 'open' and expires_at is not null and remaining > 0;

create trigger holds_stay before delete on holds
begin select raise(abort, 'delete refused: rows of holds are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger holds_are_not_replaced before insert on holds
when exists (select 1 from holds where id = new.id or sequence = new.sequence)
begin select raise(abort, 'replace refused: the hold exists'); end;

create trigger holds_identity_is_fixed before update of id, sequence, debit_account_id, credit_account_id, amount, expires_at on holds
begin select raise(abort, 'update refused: rows of holds are never changed this way'); end;

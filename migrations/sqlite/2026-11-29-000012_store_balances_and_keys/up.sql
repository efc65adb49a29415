-- One balance instead of two sums that grow for ever: those ran out of 64 bits while the balance was small.
-- SQLite drops no column that a check names, so the table is made anew. The old name is kept in other tables' triggers and references,
-- which is what legacy_alter_table is for; Teller switches foreign keys off around migrations.
pragma legacy_alter_table = on;
alter table accounts rename to accounts_before;
create table accounts (
    id integer not null,
    debits_held integer not null default 0,
    credits_held integer not null default 0,
    -- How many transfers touched the account; the newest one, its recorded time, and the hash that covers them all.
    version integer not null default 0,
    last_transfer integer,
    last_recorded_at integer,
    min_balance integer,
    max_balance integer,
    opened_at integer not null,
    closed_at integer,
    -- The currency's exponent stands here too, fixed like the rest, so that no amount is ever read without it.
    exponent integer not null,
    name text not null,
    account_type text not null,
    currency text not null,
    state text not null default 'open',
    head blob not null,
    description text,
    metadata text,
    per_transfer integer,
    per_day integer,
    per_month integer,
    -- On the account's normal side; negative when overdrawn.
    posted integer not null default 0,
    constraint accounts_pkey primary key (id),
    constraint accounts_name_key unique (name),
    constraint accounts_currency_fkey foreign key (currency, exponent) references currencies (code, exponent),
    constraint accounts_name_is_bounded check (length(cast(name as blob)) between 1 and 255),
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
insert into accounts (posted, id, debits_held, credits_held, version, last_transfer, last_recorded_at, min_balance, max_balance, opened_at, closed_at, exponent, name, account_type, currency, state, head, description, metadata, per_transfer, per_day, per_month)
select case when account_type in ('asset', 'expense') then debits_posted - credits_posted else credits_posted - debits_posted end,
    id, debits_held, credits_held, version, last_transfer, last_recorded_at, min_balance, max_balance, opened_at, closed_at, exponent, name, account_type, currency, state, head, description, metadata, per_transfer, per_day, per_month
from accounts_before;
drop table accounts_before;
pragma legacy_alter_table = off;

create trigger accounts_stay before delete on accounts
begin select raise(abort, 'delete refused: rows of accounts are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger accounts_are_not_replaced before insert on accounts
when exists (select 1 from accounts where id = new.id or name = new.name)
begin select raise(abort, 'replace refused: the account exists'); end;

-- What an account is was hashed when it opened. SQLite goes by the name that the statement uses, and the id has four.
create trigger accounts_identity_is_fixed before update of id, rowid, oid, _rowid_, name, account_type, currency, exponent, opened_at on accounts
begin select raise(abort, 'update refused: rows of accounts are never changed this way'); end;

-- The text that the id was made from, so that people find a transfer by the key that they gave.
alter table transfers add column key text constraint transfers_key_is_bounded check (length(cast(key as blob)) between 1 and 255);
-- The part of its request that neither this row nor the others of its journal show: a hash of it, so that a repetition is told from
-- another request.
alter table transfers add column request_digest blob;

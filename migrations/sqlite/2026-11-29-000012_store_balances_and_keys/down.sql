create table keyed_transfers (
    transfers integer constraint "the book has transfers whose hashes cover a key" check (transfers = 0)
) strict;
insert into keyed_transfers select count(*) from transfers where key is not null or request_digest is not null;
drop table keyed_transfers;
alter table transfers drop column request_digest;
alter table transfers drop column key;

pragma legacy_alter_table = on;
alter table accounts rename to accounts_before;
create table accounts (
    id integer not null,
    debits_posted integer not null default 0,
    credits_posted integer not null default 0,
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
    per_month integer
    constraint accounts_velocity_is_not_negative check (per_transfer >= 0 and per_day >= 0 and per_month >= 0),
    constraint accounts_pkey primary key (id),
    constraint accounts_name_key unique (name),
    constraint accounts_currency_fkey foreign key (currency, exponent) references currencies (code, exponent),
    constraint accounts_name_is_bounded check (length(cast(name as blob)) between 1 and 255),
    constraint accounts_account_type_is_known check (account_type in ('asset', 'liability', 'equity', 'revenue', 'expense')),
    constraint accounts_state_is_known check (state in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint accounts_limits_are_ordered check (min_balance <= max_balance),
    constraint accounts_totals_are_not_negative check (debits_posted >= 0 and credits_posted >= 0 and debits_held >= 0 and credits_held >= 0),
    -- What is available, on the normal side, never falls below the minimum: the last line of defence against an overdraft.
    constraint accounts_available_at_least_min check (
        case when account_type in ('asset', 'expense')
            then debits_posted - credits_posted - credits_held
            else credits_posted - debits_posted - debits_held
        end >= min_balance),
    constraint accounts_balance_at_most_max check (
        case when account_type in ('asset', 'expense')
            then debits_posted - credits_posted
            else credits_posted - debits_posted
        end <= max_balance),
    -- The three say the same thing: the account has been used.
    constraint accounts_chain_is_whole check ((version = 0) = (last_transfer is null) and (version = 0) = (last_recorded_at is null)),
    constraint accounts_head_is_a_hash check (length(head) = 32)
) strict;
insert into accounts (debits_posted, credits_posted, id, debits_held, credits_held, version, last_transfer, last_recorded_at, min_balance, max_balance, opened_at, closed_at, exponent, name, account_type, currency, state, head, description, metadata, per_transfer, per_day, per_month)
select (select coalesce(sum(amount), 0) from transfers where debit_account_id = accounts_before.id and kind in ('transfer', 'capture', 'reversal')),
    (select coalesce(sum(amount), 0) from transfers where credit_account_id = accounts_before.id and kind in ('transfer', 'capture', 'reversal')),
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

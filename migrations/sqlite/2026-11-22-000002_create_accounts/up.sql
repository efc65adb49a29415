-- The only rows that are updated, and then only in their totals, chain position, limits and state.
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
    constraint accounts_pkey primary key (id),
    constraint accounts_name_key unique (name),
    constraint accounts_currency_fkey foreign key (currency, exponent) references currencies (code, exponent),
    constraint accounts_name_is_bounded check (length(cast(name as blob)) between 1 and 255),
    constraint accounts_account_type_is_known check (account_type in ('asset', 'liability', 'equity', 'revenue', 'expense')),
    constraint accounts_state_is_known check (state in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint accounts_totals_are_not_negative check (debits_posted >= 0 and credits_posted >= 0 and debits_held >= 0 and credits_held >= 0),
    constraint accounts_limits_are_ordered check (min_balance <= max_balance),
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

create trigger accounts_stay before delete on accounts
begin select raise(abort, 'delete refused: rows of accounts are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger accounts_are_not_replaced before insert on accounts
when exists (select 1 from accounts where id = new.id or name = new.name)
begin select raise(abort, 'replace refused: the account exists'); end;

-- What an account is was hashed when it opened. SQLite goes by the name that the statement uses, and the id has four.
create trigger accounts_identity_is_fixed before update of id, rowid, oid, _rowid_, name, account_type, currency, exponent, opened_at on accounts
begin select raise(abort, 'update refused: rows of accounts are never changed this way'); end;

-- Every change of an account's limits, oldest first: what they were and what they became.
create table account_limits (
    account_id integer not null,
    change integer not null,
    recorded_at integer not null,
    min_balance_before integer,
    max_balance_before integer,
    min_balance_after integer,
    max_balance_after integer,
    constraint account_limits_pkey primary key (account_id, change),
    constraint account_limits_account_id_fkey foreign key (account_id) references accounts (id),
    constraint account_limits_change_is_counted check (change >= 1)
) strict;

create trigger account_limits_are_append_only_on_update before update on account_limits
begin select raise(abort, 'update refused: rows of account_limits are never changed this way'); end;

create trigger account_limits_are_append_only_on_delete before delete on account_limits
begin select raise(abort, 'delete refused: rows of account_limits are never changed this way'); end;

create trigger account_limits_are_append_only_on_replace before insert on account_limits
when exists (select 1 from account_limits where account_id = new.account_id and change = new.change)
begin select raise(abort, 'replace refused: the change exists'); end;

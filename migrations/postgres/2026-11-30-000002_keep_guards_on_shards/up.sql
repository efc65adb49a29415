-- A trigger that has TRUNCATE among its events does not reach the shards of a Citus cluster, and nothing says so. So each guard of that
-- kind becomes two: one against changes of rows, and one against TRUNCATE.

drop trigger currencies_are_fixed on currencies;
create trigger currencies_are_fixed before update or delete on currencies
    for each statement execute function refuse_change();
create trigger currencies_are_not_truncated before truncate on currencies
    for each statement execute function refuse_change();

drop trigger accounts_stay on accounts;
create trigger accounts_stay before delete on accounts
    for each statement execute function refuse_change();
create trigger accounts_are_not_truncated before truncate on accounts
    for each statement execute function refuse_change();

drop trigger account_events_are_append_only on account_events;
create trigger account_events_are_append_only before update or delete on account_events
    for each statement execute function refuse_change();
create trigger account_events_are_not_truncated before truncate on account_events
    for each statement execute function refuse_change();

drop trigger transfers_are_append_only on transfers;
create trigger transfers_are_append_only before update or delete on transfers
    for each statement execute function refuse_change();
create trigger transfers_are_not_truncated before truncate on transfers
    for each statement execute function refuse_change();

drop trigger holds_stay on holds;
create trigger holds_stay before delete on holds
    for each statement execute function refuse_change();
create trigger holds_are_not_truncated before truncate on holds
    for each statement execute function refuse_change();

drop trigger book_identity_is_fixed on book_identity;
create trigger book_identity_is_fixed before delete on book_identity
    for each statement execute function refuse_change();
create trigger book_identity_is_not_truncated before truncate on book_identity
    for each statement execute function refuse_change();

drop trigger book_imports_stay on book_imports;
create trigger book_imports_stay before delete on book_imports
    for each statement execute function refuse_change();
create trigger book_imports_are_not_truncated before truncate on book_imports
    for each statement execute function refuse_change();

drop trigger book_events_are_append_only on book_events;
create trigger book_events_are_append_only before update or delete on book_events
    for each statement execute function refuse_change();
create trigger book_events_are_not_truncated before truncate on book_events
    for each statement execute function refuse_change();

drop trigger schedules_stay on schedules;
create trigger schedules_stay before delete on schedules
    for each statement execute function refuse_change();
create trigger schedules_are_not_truncated before truncate on schedules
    for each statement execute function refuse_change();

drop trigger schedule_dues_stay on schedule_dues;
create trigger schedule_dues_stay before delete on schedule_dues
    for each statement execute function refuse_change();
create trigger schedule_dues_are_not_truncated before truncate on schedule_dues
    for each statement execute function refuse_change();

-- A book has one identity. It is copied into an empty table where a schema is distributed, so what counts is that there is none yet. The
-- table is found by its number: on a cluster it has another name.
create function book_identity_check_alone() returns trigger language plpgsql as $$
declare
    has_one boolean;
begin
    execute format('select exists (select from %s)', tg_relid::regclass) into has_one;
    if has_one then
        raise exception 'insert refused: rows of book_identity are never added, there is one already'
            using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;

create trigger book_identity_is_alone before insert on book_identity
    for each statement execute function book_identity_check_alone();

-- No query reads both the new rows and the accounts: Citus cannot plan one that does. So the numbers of the accounts are collected first,
-- of many rows each once, which takes half the time of the look-ups that it saves. Then the accounts are looked up in one go. One look is
-- enough where each number has its account and all share one currency. Otherwise each row is compared by the currencies that were found.
create or replace function transfers_check_accounts() returns trigger language plpgsql set search_path from current as $$
declare
    touched bigint[];
    known bigint[];
    known_currencies text[];
    first_currency text;
    last_currency text;
    currency_of jsonb;
    bad bigint;
begin
    select array_agg(debit_account_id) || array_agg(credit_account_id) into touched from inserted;
    if cardinality(touched) > 100 then
        touched := array(select debit_account_id from inserted union select credit_account_id from inserted);
    end if;
    select array_agg(id), array_agg(currency), min(currency), max(currency)
    into known, known_currencies, first_currency, last_currency
    from accounts where id = any(touched);
    if cardinality(known) = cardinality(touched) and first_currency = last_currency then
        return null;
    end if;
    currency_of := jsonb_object(known::text[], known_currencies);
    select t.sequence into bad from inserted t
    where (currency_of ->> t.debit_account_id::text = currency_of ->> t.credit_account_id::text) is not true
    limit 1;
    if found then
        raise exception 'transfer % refused: its accounts do not both exist in one currency', bad
            using errcode = 'foreign_key_violation', constraint = 'transfers_accounts_share_currency';
    end if;
    return null;
end
$$;

-- Replacing the function has brought its path back to the one of this session.
do $$ begin
    execute format('alter function transfers_check_accounts() set search_path to %I, pg_temp', current_schema());
end $$;

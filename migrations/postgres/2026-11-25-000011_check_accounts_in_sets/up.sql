-- Of many rows the accounts are looked up in one go, in the order of their ids, which takes half the time of one look-up a side of each
-- row. That is enough where all of them are there and share one currency. Otherwise, and where there are few, each row is looked at by
-- itself. The search path is pinned, and temporary tables come last, so that none can stand for the book's.
create or replace function transfers_check_accounts() returns trigger language plpgsql set search_path from current as $$
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

do $$ begin
    execute format('alter function transfers_check_accounts() set search_path to %I, pg_temp', current_schema());
end $$;

create or replace function transfers_check_accounts() returns trigger language plpgsql set search_path from current as $$
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

do $$ begin
    execute format('alter function transfers_check_accounts() set search_path to %I, pg_temp', current_schema());
end $$;

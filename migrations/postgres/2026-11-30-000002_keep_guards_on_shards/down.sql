drop trigger book_identity_is_alone on book_identity;
drop function book_identity_check_alone();

drop trigger currencies_are_not_truncated on currencies;
drop trigger currencies_are_fixed on currencies;
create trigger currencies_are_fixed before update or delete or truncate on currencies
    for each statement execute function refuse_change();

drop trigger accounts_are_not_truncated on accounts;
drop trigger accounts_stay on accounts;
create trigger accounts_stay before delete or truncate on accounts
    for each statement execute function refuse_change();

drop trigger account_events_are_not_truncated on account_events;
drop trigger account_events_are_append_only on account_events;
create trigger account_events_are_append_only before update or delete or truncate on account_events
    for each statement execute function refuse_change();

drop trigger transfers_are_not_truncated on transfers;
drop trigger transfers_are_append_only on transfers;
create trigger transfers_are_append_only before update or delete or truncate on transfers
    for each statement execute function refuse_change();

drop trigger holds_are_not_truncated on holds;
drop trigger holds_stay on holds;
create trigger holds_stay before delete or truncate on holds
    for each statement execute function refuse_change();

drop trigger book_identity_is_not_truncated on book_identity;
drop trigger book_identity_is_fixed on book_identity;
create trigger book_identity_is_fixed before insert or delete or truncate on book_identity
    for each statement execute function refuse_change();

drop trigger book_imports_are_not_truncated on book_imports;
drop trigger book_imports_stay on book_imports;
create trigger book_imports_stay before delete or truncate on book_imports
    for each statement execute function refuse_change();

drop trigger book_events_are_not_truncated on book_events;
drop trigger book_events_are_append_only on book_events;
create trigger book_events_are_append_only before update or delete or truncate on book_events
    for each statement execute function refuse_change();

drop trigger schedules_are_not_truncated on schedules;
drop trigger schedules_stay on schedules;
create trigger schedules_stay before delete or truncate on schedules
    for each statement execute function refuse_change();

drop trigger schedule_dues_are_not_truncated on schedule_dues;
drop trigger schedule_dues_stay on schedule_dues;
create trigger schedule_dues_stay before delete or truncate on schedule_dues
    for each statement execute function refuse_change();

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

do $$ begin
    if exists (select from transfers where key is not null or request_digest is not null) then
        raise exception 'the book has transfers whose hashes cover a key';
    end if;
end $$;
alter table transfers drop column request_digest;
alter table transfers drop column key;

alter table accounts drop constraint accounts_held_is_not_negative;
alter table accounts drop constraint accounts_held_leaves_room;
alter table accounts drop constraint accounts_available_at_least_min;
alter table accounts drop constraint accounts_balance_at_most_max;
alter table accounts add column debits_posted bigint not null default 0;
alter table accounts add column credits_posted bigint not null default 0;
update accounts set
    debits_posted = (select coalesce(sum(amount), 0) from transfers
        where debit_account_id = accounts.id and kind in ('transfer', 'capture', 'reversal')),
    credits_posted = (select coalesce(sum(amount), 0) from transfers
        where credit_account_id = accounts.id and kind in ('transfer', 'capture', 'reversal'));
alter table accounts drop column posted;
alter table accounts add constraint accounts_totals_are_not_negative check (debits_posted >= 0 and credits_posted >= 0 and debits_held >= 0 and credits_held >= 0);
alter table accounts add constraint accounts_available_at_least_min check (
    case when account_type in ('asset', 'expense')
        then debits_posted - credits_posted - credits_held
        else credits_posted - debits_posted - debits_held
    end >= min_balance);
alter table accounts add constraint accounts_balance_at_most_max check (
    case when account_type in ('asset', 'expense')
        then debits_posted - credits_posted
        else credits_posted - debits_posted
    end <= max_balance);

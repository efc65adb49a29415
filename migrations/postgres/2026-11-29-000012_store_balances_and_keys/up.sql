-- One balance instead of two sums that grow for ever: those ran out of 64 bits while the balance was small.
alter table accounts drop constraint accounts_totals_are_not_negative;
alter table accounts drop constraint accounts_available_at_least_min;
alter table accounts drop constraint accounts_balance_at_most_max;
-- On the account's normal side; negative when overdrawn.
alter table accounts add column posted bigint not null default 0;
update accounts set posted = case when account_type in ('asset', 'expense')
    then debits_posted - credits_posted
    else credits_posted - debits_posted
end;
alter table accounts drop column debits_posted;
alter table accounts drop column credits_posted;
alter table accounts add constraint accounts_held_is_not_negative check (debits_held >= 0 and credits_held >= 0);
-- Every hold can be captured and every one released, whatever the order: no balance on the way leaves 64 bits.
alter table accounts add constraint accounts_held_leaves_room check (
    posted >= -9223372036854775807 - 1 + case when account_type in ('asset', 'expense') then credits_held else debits_held end
    and posted <= 9223372036854775807 - case when account_type in ('asset', 'expense') then debits_held else credits_held end);
-- What is available, on the normal side, never falls below the minimum: the last line of defence against an overdraft.
alter table accounts add constraint accounts_available_at_least_min check (
    posted >= min_balance + case when account_type in ('asset', 'expense') then credits_held else debits_held end);
alter table accounts add constraint accounts_balance_at_most_max check (posted <= max_balance);

-- The text that the id was made from, so that people find a transfer by the key that they gave.
alter table transfers add column key text collate "C";
alter table transfers add constraint transfers_key_is_bounded check (octet_length(key) between 1 and 255);
-- The part of its request that neither this row nor the others of its journal show: a hash of it, so that a repetition is told from
-- another request.
alter table transfers add column request_digest uuid;

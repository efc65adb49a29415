drop table transfers;
drop function transfers_check_accounts();
drop sequence transfers_sequence_seq;

-- Without their transfers, accounts would have balances that nothing explains.
alter table account_limits disable trigger account_limits_are_append_only;
alter table accounts disable trigger accounts_stay;
delete from account_limits;
delete from accounts;
alter table accounts enable trigger accounts_stay;
alter table account_limits enable trigger account_limits_are_append_only;

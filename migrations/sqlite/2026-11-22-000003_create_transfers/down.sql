drop table transfers;

-- Without their transfers, accounts would have balances that nothing explains.
drop trigger account_limits_are_append_only_on_delete;
drop trigger accounts_stay;
delete from account_limits;
delete from accounts;

create trigger accounts_stay before delete on accounts
begin select raise(abort, 'delete refused: rows of accounts are never changed this way'); end;

create trigger account_limits_are_append_only_on_delete before delete on account_limits
begin select raise(abort, 'delete refused: rows of account_limits are never changed this way'); end;

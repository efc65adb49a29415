drop table holds;
drop table transfers;

-- Without their transfers, accounts would have balances that nothing explains.
drop trigger account_events_are_append_only_on_delete;
drop trigger accounts_stay;
delete from account_events;
delete from accounts;

create trigger accounts_stay before delete on accounts
begin select raise(abort, 'delete refused: rows of accounts are never changed this way'); end;

create trigger account_events_are_append_only_on_delete before delete on account_events
begin select raise(abort, 'delete refused: rows of account_events are never changed this way'); end;

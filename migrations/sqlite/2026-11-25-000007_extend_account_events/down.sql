drop index account_events_by_metadata;
drop index account_events_by_transfer;

-- Without all that its events say, an account would have a head that nothing explains.
drop trigger account_events_are_append_only_on_delete;
drop trigger holds_stay;
drop trigger transfers_are_append_only_on_delete;
drop trigger accounts_stay;
delete from account_events;
delete from holds;
delete from transfers;
delete from accounts;

create trigger accounts_stay before delete on accounts
begin select raise(abort, 'delete refused: rows of accounts are never changed this way'); end;

create trigger transfers_are_append_only_on_delete before delete on transfers
begin select raise(abort, 'delete refused: rows of transfers are never changed this way'); end;

create trigger holds_stay before delete on holds
begin select raise(abort, 'delete refused: rows of holds are never changed this way'); end;

create trigger account_events_are_append_only_on_delete before delete on account_events
begin select raise(abort, 'delete refused: rows of account_events are never changed this way'); end;

alter table account_events drop column metadata_after;
alter table account_events drop column metadata_before;
alter table account_events drop column transfer_id;
alter table account_events drop column per_month_after;
alter table account_events drop column per_day_after;
alter table account_events drop column per_transfer_after;
alter table account_events drop column per_month_before;
alter table account_events drop column per_day_before;
alter table account_events drop column per_transfer_before;
alter table accounts drop column per_month;
alter table accounts drop column per_day;
alter table accounts drop column per_transfer;

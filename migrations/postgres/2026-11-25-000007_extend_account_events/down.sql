drop index account_events_by_metadata;
drop index account_events_by_transfer;

-- Without all that its events say, an account would have a head that nothing explains.
alter table account_events disable trigger account_events_are_append_only;
alter table holds disable trigger holds_stay;
alter table transfers disable trigger transfers_are_append_only;
alter table accounts disable trigger accounts_stay;
delete from account_events;
delete from holds;
delete from transfers;
delete from accounts;
alter table accounts enable trigger accounts_stay;
alter table transfers enable trigger transfers_are_append_only;
alter table holds enable trigger holds_stay;
alter table account_events enable trigger account_events_are_append_only;

alter table account_events
    drop constraint account_events_metadata_is_whole,
    drop constraint account_events_transfer_has_metadata,
    drop column per_transfer_before,
    drop column per_day_before,
    drop column per_month_before,
    drop column per_transfer_after,
    drop column per_day_after,
    drop column per_month_after,
    drop column transfer_id,
    drop column metadata_before,
    drop column metadata_after;
alter table accounts
    drop constraint accounts_velocity_is_not_negative,
    drop column per_transfer,
    drop column per_day,
    drop column per_month;

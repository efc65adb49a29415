-- How much may leave an account in one transfer, in one day and in one month of UTC.
alter table accounts
    add column per_transfer bigint,
    add column per_day bigint,
    add column per_month bigint,
    add constraint accounts_velocity_is_not_negative check (per_transfer >= 0 and per_day >= 0 and per_month >= 0);

-- Velocity limits change as other limits do. What is kept beside an account or a transfer changes too: the account's row has it as it
-- is now, the transfer's as it was posted. A change of a transfer's metadata stands in the chain of the account that it debited.
alter table account_events
    add column per_transfer_before bigint,
    add column per_day_before bigint,
    add column per_month_before bigint,
    add column per_transfer_after bigint,
    add column per_day_after bigint,
    add column per_month_after bigint,
    add column transfer_id uuid,
    add column metadata_before jsonb,
    add column metadata_after jsonb,
    add constraint account_events_metadata_is_whole check ((metadata_before is null) = (metadata_after is null)),
    add constraint account_events_transfer_has_metadata check (transfer_id is null or metadata_after is not null);

-- Few events are about metadata, and only those are in these indexes.
create index account_events_by_transfer on account_events (transfer_id, sequence) where transfer_id is not null;
create index account_events_by_metadata on account_events (account_id, event)
    where metadata_after is not null and transfer_id is null;

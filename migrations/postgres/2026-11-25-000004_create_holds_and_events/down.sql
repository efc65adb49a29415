drop table holds;
drop table account_events;

-- Without holds and events, accounts would have reserved totals, states and heads that nothing explains.
alter table transfers disable trigger transfers_are_append_only;
alter table accounts disable trigger accounts_stay;
delete from transfers;
delete from accounts;
alter table accounts enable trigger accounts_stay;
alter table transfers enable trigger transfers_are_append_only;

drop index transfers_by_journal;
drop index transfers_by_hold;
drop index transfers_by_reversed;
alter table transfers drop column expires_at, drop column up_to;

create table account_limits (
    account_id bigint not null,
    change bigint not null,
    recorded_at timestamptz not null,
    min_balance_before bigint,
    max_balance_before bigint,
    min_balance_after bigint,
    max_balance_after bigint,
    constraint account_limits_pkey primary key (account_id, change),
    constraint account_limits_account_id_fkey foreign key (account_id) references accounts (id),
    constraint account_limits_change_is_counted check (change >= 1)
);

create trigger account_limits_are_append_only before update or delete or truncate on account_limits
    for each statement execute function refuse_change();

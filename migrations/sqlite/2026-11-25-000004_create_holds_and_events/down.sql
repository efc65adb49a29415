drop table holds;
drop table account_events;

-- Without holds and events, accounts would have reserved totals, states and heads that nothing explains.
drop trigger transfers_are_append_only_on_delete;
drop trigger accounts_stay;
delete from transfers;
delete from accounts;

create trigger accounts_stay before delete on accounts
begin select raise(abort, 'delete refused: rows of accounts are never changed this way'); end;

create trigger transfers_are_append_only_on_delete before delete on transfers
begin select raise(abort, 'delete refused: rows of transfers are never changed this way'); end;

drop index transfers_by_journal;
drop index transfers_by_hold;
drop index transfers_by_reversed;
alter table transfers drop column expires_at;
alter table transfers drop column up_to;

create table account_limits (
    account_id integer not null,
    change integer not null,
    recorded_at integer not null,
    min_balance_before integer,
    max_balance_before integer,
    min_balance_after integer,
    max_balance_after integer,
    constraint account_limits_pkey primary key (account_id, change),
    constraint account_limits_account_id_fkey foreign key (account_id) references accounts (id),
    constraint account_limits_change_is_counted check (change >= 1)
) strict;

create trigger account_limits_are_append_only_on_update before update on account_limits
begin select raise(abort, 'update refused: rows of account_limits are never changed this way'); end;

create trigger account_limits_are_append_only_on_delete before delete on account_limits
begin select raise(abort, 'delete refused: rows of account_limits are never changed this way'); end;

create trigger account_limits_are_append_only_on_replace before insert on account_limits
when exists (select 1 from account_limits where account_id = new.account_id and change = new.change)
begin select raise(abort, 'replace refused: the change exists'); end;

-- Every change of what an account may do, oldest first: what it could do before and after, and who wanted it so. Part of the
-- account's chain of hashes, between the transfers that came before and those that came later.
create table account_events (
    account_id integer not null,
    event integer not null,
    -- Its place in the book, from the same numbers as those of transfers.
    sequence integer not null,
    -- How many transfers had touched the account.
    version integer not null,
    recorded_at integer not null,
    min_balance_before integer,
    max_balance_before integer,
    min_balance_after integer,
    max_balance_after integer,
    journal_id blob,
    state_before text not null,
    state_after text not null,
    actor text not null,
    hash blob not null,
    reason text,
    constraint account_events_pkey primary key (account_id, event),
    constraint account_events_sequence_key unique (sequence),
    constraint account_events_account_id_fkey foreign key (account_id) references accounts (id),
    constraint account_events_event_is_counted check (event >= 1),
    constraint account_events_state_before_is_known check (state_before in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_state_after_is_known check (state_after in ('open', 'frozen', 'debits_frozen', 'credits_frozen', 'closed')),
    constraint account_events_version_is_counted check (version >= 0),
    constraint account_events_hash_is_a_hash check (length(hash) = 32)
) strict;

create trigger account_events_are_append_only_on_update before update on account_events
begin select raise(abort, 'update refused: rows of account_events are never changed this way'); end;

create trigger account_events_are_append_only_on_delete before delete on account_events
begin select raise(abort, 'delete refused: rows of account_events are never changed this way'); end;

create trigger account_events_are_append_only_on_replace before insert on account_events
when exists (select 1 from account_events where (account_id = new.account_id and event = new.event) or sequence = new.sequence)
begin select raise(abort, 'replace refused: the event exists'); end;

-- Changes of limits were recorded outside the chain until now, and cannot be put into it afterwards: later hashes would not fit.
create table unchained_changes (
    changes integer constraint "the book has changes of limits from before they were part of the chain" check (changes = 0)
) strict;
insert into unchained_changes select count(*) from account_limits;
drop table unchained_changes;
drop table account_limits;

-- When a hold ends by itself, and the most that was asked for where the amount was left to what is available.
alter table transfers add column expires_at integer constraint transfers_only_holds_expire check (expires_at is null or kind = 'hold');
alter table transfers add column up_to integer constraint transfers_up_to_is_kept check (amount <= up_to);

-- Few transfers are about others, and only those are in these indexes.
create index transfers_by_journal on transfers (journal_id) where journal_id is not null;
create index transfers_by_hold on transfers (hold_id) where hold_id is not null;
create index transfers_by_reversed on transfers (reversed_id) where reversed_id is not null;

-- What is left of each hold: the only rows beside accounts that are updated, and then only in what is left and how the hold stands.
create table holds (
    id blob not null,
    sequence integer not null,
    debit_account_id integer not null,
    credit_account_id integer not null,
    amount integer not null,
    remaining integer not null,
    expires_at integer,
    state text not null,
    constraint holds_pkey primary key (id),
    constraint holds_sequence_key unique (sequence),
    constraint holds_sequence_fkey foreign key (sequence) references transfers (sequence),
    constraint holds_remaining_is_part_of_amount check (remaining between 0 and amount and amount > 0),
    constraint holds_state_is_known check (state in ('open', 'captured', 'released', 'expired')),
    -- The two say the same thing: something can still be captured.
    constraint holds_open_while_something_remains check ((state = 'open') = (remaining > 0))
) strict;

-- What has expired is looked up by account; a hold leaves these indexes when nothing of it is left.
create index holds_open_by_debit on holds (debit_account_id, expires_at) where state = 'open';
create index holds_open_by_credit on holds (credit_account_id, expires_at) where state = 'open';
create index holds_open_by_expiry on holds (expires_at) where state = 'open' and expires_at is not null;

create trigger holds_stay before delete on holds
begin select raise(abort, 'delete refused: rows of holds are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger holds_are_not_replaced before insert on holds
when exists (select 1 from holds where id = new.id or sequence = new.sequence)
begin select raise(abort, 'replace refused: the hold exists'); end;

create trigger holds_identity_is_fixed before update of id, sequence, debit_account_id, credit_account_id, amount, expires_at on holds
begin select raise(abort, 'update refused: rows of holds are never changed this way'); end;

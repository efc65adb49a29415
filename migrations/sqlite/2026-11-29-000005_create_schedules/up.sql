-- Transfers that are to be posted at moments to come. What a schedule is never changes, and its hash covers all of that; how far it has
-- come is updated.
create table schedules (
    id blob not null,
    debit_account_id integer not null,
    credit_account_id integer not null,
    amount integer not null,
    created_at integer not null,
    -- The moments: the first, and so many periods from each to the next. Months and years have the day that is meant, which a shorter
    -- month does not have.
    first_due_at integer not null,
    until integer,
    due_count_max integer,
    step integer not null,
    day integer,
    period text not null,
    on_refusal text not null,
    actor text not null,
    hash blob not null,
    description text,
    metadata text,
    -- How far it has come: the moments that have a row in schedule_dues, and the one behind them.
    due_count integer not null,
    next_due_at integer,
    state text not null,
    cancelled_at integer,
    cancelled_by text,
    cancel_reason text,
    constraint schedules_pkey primary key (id),
    constraint schedules_debit_account_id_fkey foreign key (debit_account_id) references accounts (id),
    constraint schedules_credit_account_id_fkey foreign key (credit_account_id) references accounts (id),
    -- As transfers demand it.
    constraint schedules_amount_is_positive check (amount > 0),
    constraint schedules_accounts_differ check (debit_account_id <> credit_account_id),
    constraint schedules_period_is_known check (period in ('once', 'day', 'week', 'month', 'year')),
    constraint schedules_step_goes_forward check (step >= 1),
    -- Only where a month can lack the day does it say more than the first moment.
    constraint schedules_day_is_of_a_month check ((day is not null) = (period in ('month', 'year')) and (day is null or day between 1 and 31)),
    constraint schedules_begin_before_they_end check (first_due_at <= until),
    constraint schedules_on_refusal_is_known check (on_refusal in ('skip', 'retry')),
    constraint schedules_hash_is_a_hash check (length(hash) = 32),
    constraint schedules_due_count_is_counted check (due_count >= 0 and (due_count_max is null or due_count <= due_count_max)),
    constraint schedules_state_is_known check (state in ('active', 'finished', 'cancelled')),
    -- The two say the same thing: something is still to come.
    constraint schedules_active_while_something_is_due check ((state = 'active') = (next_due_at is not null)),
    -- Who broke it off is known.
    constraint schedules_cancellation_is_signed check (
        (state = 'cancelled') = (cancelled_at is not null) and (state = 'cancelled') = (cancelled_by is not null)
        and (state = 'cancelled' or cancel_reason is null))
) strict;

-- What is due is found without a look at what is not.
create index schedules_due on schedules (next_due_at, id) where state = 'active';

create trigger schedules_stay before delete on schedules
begin select raise(abort, 'delete refused: rows of schedules are never changed this way'); end;

-- "insert or replace" deletes without firing delete triggers, so it is caught here.
create trigger schedules_are_not_replaced before insert on schedules
when exists (select 1 from schedules where id = new.id)
begin select raise(abort, 'replace refused: the schedule exists'); end;

create trigger schedules_definition_is_fixed before update of id, debit_account_id, credit_account_id, amount, created_at, first_due_at,
    until, due_count_max, step, day, period, on_refusal, actor, hash, description, metadata on schedules
begin select raise(abort, 'update refused: rows of schedules are never changed this way'); end;

-- A due that was dealt with must not be due again, and what was broken off stays so.
create trigger schedules_go_forward before update on schedules
when new.due_count < old.due_count or old.state = 'cancelled' or (old.state = 'finished' and new.state <> 'cancelled')
begin select raise(abort, 'update refused: rows of schedules are never changed this way'); end;

-- What became of each due moment: posted, refused and to be tried again, or skipped for good.
create table schedule_dues (
    schedule_id blob not null,
    due_at integer not null,
    transfer_id blob,
    first_at integer not null,
    last_at integer not null,
    attempts integer not null,
    state text not null,
    -- Covers the row and the hash of the schedule, so that no refusal is changed, moved or taken for another one.
    hash blob not null,
    code text,
    reason text,
    constraint schedule_dues_pkey primary key (schedule_id, due_at),
    constraint schedule_dues_schedule_id_fkey foreign key (schedule_id) references schedules (id),
    constraint schedule_dues_transfer_id_fkey foreign key (transfer_id) references transfers (id),
    -- A transfer is posted for one due only.
    constraint schedule_dues_transfer_id_key unique (transfer_id),
    constraint schedule_dues_state_is_known check (state in ('posted', 'refused', 'skipped')),
    constraint schedule_dues_transfer_is_posted check ((state = 'posted') = (transfer_id is not null)),
    -- What was not posted has a reason.
    constraint schedule_dues_refusal_has_a_reason check ((state = 'posted') = (code is null) and (state = 'posted') = (reason is null)),
    constraint schedule_dues_attempts_are_counted check (attempts >= 1),
    constraint schedule_dues_last_is_not_before_first check (last_at >= first_at),
    constraint schedule_dues_hash_is_a_hash check (length(hash) = 32)
) strict;

-- What is to be tried again; a due leaves this index when it is posted or given up.
create index schedule_dues_refused on schedule_dues (due_at, schedule_id) where state = 'refused';

create trigger schedule_dues_stay before delete on schedule_dues
begin select raise(abort, 'delete refused: rows of schedule_dues are never changed this way'); end;

create trigger schedule_dues_are_not_replaced before insert on schedule_dues
when exists (select 1 from schedule_dues where (schedule_id = new.schedule_id and due_at = new.due_at) or transfer_id = new.transfer_id)
begin select raise(abort, 'replace refused: the due exists'); end;

create trigger schedule_dues_identity_is_fixed before update of schedule_id, due_at, first_at on schedule_dues
begin select raise(abort, 'update refused: rows of schedule_dues are never changed this way'); end;

create trigger schedule_dues_outcome_is_final before update on schedule_dues
when old.state <> 'refused' or new.attempts < old.attempts
begin select raise(abort, 'update refused: rows of schedule_dues are never changed this way'); end;

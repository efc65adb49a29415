-- Transfers that are to be posted at moments to come. What a schedule is never changes, and its hash covers all of that; how far it has
-- come is updated.
create table schedules (
    id uuid not null,
    debit_account_id bigint not null,
    credit_account_id bigint not null,
    amount bigint not null,
    created_at timestamptz not null,
    -- The moments: the first, and so many periods from each to the next. Months and years have the day that is meant, which a shorter
    -- month does not have.
    first_due_at timestamptz not null,
    until timestamptz,
    due_count_max bigint,
    step bigint not null,
    day smallint,
    period text collate "C" not null,
    on_refusal text collate "C" not null,
    actor text collate "C" not null,
    hash bytea not null,
    description text collate "C",
    metadata jsonb,
    -- How far it has come: the moments that have a row in schedule_dues, and the one behind them.
    due_count bigint not null,
    next_due_at timestamptz,
    state text collate "C" not null,
    cancelled_at timestamptz,
    cancelled_by text collate "C",
    cancel_reason text collate "C",
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
    constraint schedules_hash_is_a_hash check (octet_length(hash) = 32),
    constraint schedules_due_count_is_counted check (due_count >= 0 and (due_count_max is null or due_count <= due_count_max)),
    constraint schedules_state_is_known check (state in ('active', 'finished', 'cancelled')),
    -- The two say the same thing: something is still to come.
    constraint schedules_active_while_something_is_due check ((state = 'active') = (next_due_at is not null)),
    -- Who broke it off is known.
    constraint schedules_cancellation_is_signed check (
        (state = 'cancelled') = (cancelled_at is not null) and (state = 'cancelled') = (cancelled_by is not null)
        and (state = 'cancelled' or cancel_reason is null))
) with (fillfactor = 80);

-- What is due is found without a look at what is not.
create index schedules_due on schedules (next_due_at, id) where state = 'active';

create trigger schedules_stay before delete or truncate on schedules
    for each statement execute function refuse_change();

create trigger schedules_definition_is_fixed before update of id, debit_account_id, credit_account_id, amount, created_at, first_due_at,
    until, due_count_max, step, day, period, on_refusal, actor, hash, description, metadata on schedules
    for each statement execute function refuse_change();

-- A due that was dealt with must not be due again, and what was broken off stays so.
create trigger schedules_go_forward before update on schedules
    for each row when (new.due_count < old.due_count or old.state = 'cancelled' or (old.state = 'finished' and new.state <> 'cancelled'))
    execute function refuse_change();

-- What became of each due moment: posted, refused and to be tried again, or skipped for good.
create table schedule_dues (
    schedule_id uuid not null,
    due_at timestamptz not null,
    transfer_id uuid,
    first_at timestamptz not null,
    last_at timestamptz not null,
    attempts bigint not null,
    state text collate "C" not null,
    -- Covers the row and the hash of the schedule, so that no refusal is changed, moved or taken for another one.
    hash bytea not null,
    code text collate "C",
    reason text collate "C",
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
    constraint schedule_dues_hash_is_a_hash check (octet_length(hash) = 32)
) with (fillfactor = 80);

-- What is to be tried again; a due leaves this index when it is posted or given up.
create index schedule_dues_refused on schedule_dues (due_at, schedule_id) where state = 'refused';

create trigger schedule_dues_stay before delete or truncate on schedule_dues
    for each statement execute function refuse_change();

create trigger schedule_dues_identity_is_fixed before update of schedule_id, due_at, first_at on schedule_dues
    for each statement execute function refuse_change();

create trigger schedule_dues_outcome_is_final before update on schedule_dues
    for each row when (old.state <> 'refused' or new.attempts < old.attempts) execute function refuse_change();

-- What analysts and reports read: accounts, balances, transfers, entries and holds with names instead of numbers. Their columns are a
-- promise: a view of the next version stands beside these. The tables behind them are not.
--
-- Amounts stand in minor units and as decimals. Those are texts, because SQLite computes numbers with decimals as floats. So are times,
-- in UTC with microseconds. Only functions that SQLite has had for long are used: programs bring their own version of it.

create view v1_accounts as
select
    a.name as account,
    a.account_type,
    case when a.account_type in ('asset', 'expense') then 'debit' else 'credit' end as normal_side,
    a.currency,
    a.exponent,
    a.state,
    a.min_balance as min_balance_minor,
    case when a.min_balance is null then null when a.exponent = 0 then cast(a.min_balance as text)
        else substr(printf('%0*d', a.exponent + 1 + (a.min_balance < 0), a.min_balance), 1, length(printf('%0*d', a.exponent + 1 + (a.min_balance < 0), a.min_balance)) - a.exponent)
            || '.' || substr(printf('%0*d', a.exponent + 1 + (a.min_balance < 0), a.min_balance), -a.exponent) end as min_balance,
    a.max_balance as max_balance_minor,
    case when a.max_balance is null then null when a.exponent = 0 then cast(a.max_balance as text)
        else substr(printf('%0*d', a.exponent + 1 + (a.max_balance < 0), a.max_balance), 1, length(printf('%0*d', a.exponent + 1 + (a.max_balance < 0), a.max_balance)) - a.exponent)
            || '.' || substr(printf('%0*d', a.exponent + 1 + (a.max_balance < 0), a.max_balance), -a.exponent) end as max_balance,
    strftime('%Y-%m-%dT%H:%M:%S', (a.opened_at - (a.opened_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (a.opened_at % 1000000 + 1000000) % 1000000) as opened_at,
    strftime('%Y-%m-%dT%H:%M:%S', (a.closed_at - (a.closed_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (a.closed_at % 1000000 + 1000000) % 1000000) as closed_at,
    a.description,
    a.metadata
from accounts a;

create view v1_balances as
select
    b.name as account,
    b.account_type,
    b.currency,
    b.posted as posted_minor,
    case when b.exponent = 0 then cast(b.posted as text)
        else substr(printf('%0*d', b.exponent + 1 + (b.posted < 0), b.posted), 1, length(printf('%0*d', b.exponent + 1 + (b.posted < 0), b.posted)) - b.exponent)
            || '.' || substr(printf('%0*d', b.exponent + 1 + (b.posted < 0), b.posted), -b.exponent) end as posted,
    b.held as held_minor,
    case when b.exponent = 0 then cast(b.held as text)
        else substr(printf('%0*d', b.exponent + 1 + (b.held < 0), b.held), 1, length(printf('%0*d', b.exponent + 1 + (b.held < 0), b.held)) - b.exponent)
            || '.' || substr(printf('%0*d', b.exponent + 1 + (b.held < 0), b.held), -b.exponent) end as held,
    b.posted - b.held as available_minor,
    case when b.exponent = 0 then cast((b.posted - b.held) as text)
        else substr(printf('%0*d', b.exponent + 1 + ((b.posted - b.held) < 0), (b.posted - b.held)), 1, length(printf('%0*d', b.exponent + 1 + ((b.posted - b.held) < 0), (b.posted - b.held))) - b.exponent)
            || '.' || substr(printf('%0*d', b.exponent + 1 + ((b.posted - b.held) < 0), (b.posted - b.held)), -b.exponent) end as available,
    b.version,
    strftime('%Y-%m-%dT%H:%M:%S', (b.last_recorded_at - (b.last_recorded_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (b.last_recorded_at % 1000000 + 1000000) % 1000000) as last_recorded_at
from (
    select a.name, a.account_type, a.currency, a.exponent, a.posted, a.version, a.last_recorded_at,
        case when a.account_type in ('asset', 'expense')
            then a.credits_held - case a.credits_held when 0 then 0 else (select coalesce(sum(h.remaining), 0) from holds h
            where h.credit_account_id = a.id and h.state = 'open' and h.expires_at <= cast(strftime('%s', 'now') as integer) * 1000000 + cast(substr(strftime('%f', 'now'), 4) as integer) * 1000) end
            else a.debits_held - case a.debits_held when 0 then 0 else (select coalesce(sum(h.remaining), 0) from holds h
            where h.debit_account_id = a.id and h.state = 'open' and h.expires_at <= cast(strftime('%s', 'now') as integer) * 1000000 + cast(substr(strftime('%f', 'now'), 4) as integer) * 1000) end end as held
    from accounts a
) b;

create view v1_transfers as
select
    t.sequence,
    lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-'
        || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21)) as id,
    t.kind,
    a.name as debit_account,
    c.name as credit_account,
    a.currency,
    t.amount as amount_minor,
    case when a.exponent = 0 then cast(t.amount as text)
        else substr(printf('%0*d', a.exponent + 1 + (t.amount < 0), t.amount), 1, length(printf('%0*d', a.exponent + 1 + (t.amount < 0), t.amount)) - a.exponent)
            || '.' || substr(printf('%0*d', a.exponent + 1 + (t.amount < 0), t.amount), -a.exponent) end as amount,
    strftime('%Y-%m-%dT%H:%M:%S', (t.recorded_at - (t.recorded_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (t.recorded_at % 1000000 + 1000000) % 1000000) as recorded_at,
    strftime('%Y-%m-%dT%H:%M:%S', (t.effective_at - (t.effective_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (t.effective_at % 1000000 + 1000000) % 1000000) as effective_at,
    t.key,
    t.actor,
    case when t.journal_id is not null then lower(substr(hex(t.journal_id), 1, 8) || '-' || substr(hex(t.journal_id), 9, 4) || '-' || substr(hex(t.journal_id), 13, 4) || '-'
        || substr(hex(t.journal_id), 17, 4) || '-' || substr(hex(t.journal_id), 21)) end as journal_id,
    case when t.hold_id is not null then lower(substr(hex(t.hold_id), 1, 8) || '-' || substr(hex(t.hold_id), 9, 4) || '-' || substr(hex(t.hold_id), 13, 4) || '-'
        || substr(hex(t.hold_id), 17, 4) || '-' || substr(hex(t.hold_id), 21)) end as hold_id,
    case when t.reversed_id is not null then lower(substr(hex(t.reversed_id), 1, 8) || '-' || substr(hex(t.reversed_id), 9, 4) || '-' || substr(hex(t.reversed_id), 13, 4) || '-'
        || substr(hex(t.reversed_id), 17, 4) || '-' || substr(hex(t.reversed_id), 21)) end as reversed_id,
    strftime('%Y-%m-%dT%H:%M:%S', (t.expires_at - (t.expires_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (t.expires_at % 1000000 + 1000000) % 1000000) as expires_at,
    t.description,
    coalesce((
        select e.metadata_after from account_events e where e.transfer_id = t.id order by e.sequence desc limit 1), t.metadata) as metadata
from transfers t
    join accounts a on a.id = t.debit_account_id
    join accounts c on c.id = t.credit_account_id;

create view v1_entries as
select
    t.sequence,
    lower(substr(hex(t.id), 1, 8) || '-' || substr(hex(t.id), 9, 4) || '-' || substr(hex(t.id), 13, 4) || '-'
        || substr(hex(t.id), 17, 4) || '-' || substr(hex(t.id), 21)) as transfer_id,
    a.name as account,
    a.account_type,
    a.currency,
    case a.id when t.debit_account_id then 'debit' else 'credit' end as side,
    t.kind,
    c.name as counterparty,
    case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end as change_minor,
    case when a.exponent = 0 then cast((case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end) as text)
        else substr(printf('%0*d', a.exponent + 1 + ((case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end) < 0), (case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end)), 1, length(printf('%0*d', a.exponent + 1 + ((case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end) < 0), (case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end))) - a.exponent)
            || '.' || substr(printf('%0*d', a.exponent + 1 + ((case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end) < 0), (case when (a.id = t.debit_account_id) = (a.account_type in ('asset', 'expense')) then t.amount else -t.amount end)), -a.exponent) end as change,
    case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end as balance_minor,
    case when a.exponent = 0 then cast((case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end) as text)
        else substr(printf('%0*d', a.exponent + 1 + ((case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end) < 0), (case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end)), 1, length(printf('%0*d', a.exponent + 1 + ((case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end) < 0), (case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end))) - a.exponent)
            || '.' || substr(printf('%0*d', a.exponent + 1 + ((case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end) < 0), (case a.id when t.debit_account_id then t.debit_balance else t.credit_balance end)), -a.exponent) end as balance,
    case a.id when t.debit_account_id then t.debit_version else t.credit_version end as version,
    strftime('%Y-%m-%dT%H:%M:%S', (t.recorded_at - (t.recorded_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (t.recorded_at % 1000000 + 1000000) % 1000000) as recorded_at,
    strftime('%Y-%m-%dT%H:%M:%S', (t.effective_at - (t.effective_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (t.effective_at % 1000000 + 1000000) % 1000000) as effective_at,
    t.key,
    t.actor,
    case when t.journal_id is not null then lower(substr(hex(t.journal_id), 1, 8) || '-' || substr(hex(t.journal_id), 9, 4) || '-' || substr(hex(t.journal_id), 13, 4) || '-'
        || substr(hex(t.journal_id), 17, 4) || '-' || substr(hex(t.journal_id), 21)) end as journal_id,
    case when t.hold_id is not null then lower(substr(hex(t.hold_id), 1, 8) || '-' || substr(hex(t.hold_id), 9, 4) || '-' || substr(hex(t.hold_id), 13, 4) || '-'
        || substr(hex(t.hold_id), 17, 4) || '-' || substr(hex(t.hold_id), 21)) end as hold_id,
    case when t.reversed_id is not null then lower(substr(hex(t.reversed_id), 1, 8) || '-' || substr(hex(t.reversed_id), 9, 4) || '-' || substr(hex(t.reversed_id), 13, 4) || '-'
        || substr(hex(t.reversed_id), 17, 4) || '-' || substr(hex(t.reversed_id), 21)) end as reversed_id,
    t.description,
    coalesce((
        select e.metadata_after from account_events e where e.transfer_id = t.id order by e.sequence desc limit 1), t.metadata) as metadata
from transfers t
    join accounts a on a.id in (t.debit_account_id, t.credit_account_id)
    join accounts c on c.id in (t.debit_account_id, t.credit_account_id) and c.id <> a.id
where t.kind not in ('hold', 'release');

create view v1_holds as
select
    lower(substr(hex(h.id), 1, 8) || '-' || substr(hex(h.id), 9, 4) || '-' || substr(hex(h.id), 13, 4) || '-'
        || substr(hex(h.id), 17, 4) || '-' || substr(hex(h.id), 21)) as id,
    h.sequence,
    h.state,
    a.name as debit_account,
    c.name as credit_account,
    a.currency,
    h.amount as amount_minor,
    case when a.exponent = 0 then cast(h.amount as text)
        else substr(printf('%0*d', a.exponent + 1 + (h.amount < 0), h.amount), 1, length(printf('%0*d', a.exponent + 1 + (h.amount < 0), h.amount)) - a.exponent)
            || '.' || substr(printf('%0*d', a.exponent + 1 + (h.amount < 0), h.amount), -a.exponent) end as amount,
    h.remaining as remaining_minor,
    case when a.exponent = 0 then cast(h.remaining as text)
        else substr(printf('%0*d', a.exponent + 1 + (h.remaining < 0), h.remaining), 1, length(printf('%0*d', a.exponent + 1 + (h.remaining < 0), h.remaining)) - a.exponent)
            || '.' || substr(printf('%0*d', a.exponent + 1 + (h.remaining < 0), h.remaining), -a.exponent) end as remaining,
    strftime('%Y-%m-%dT%H:%M:%S', (t.recorded_at - (t.recorded_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (t.recorded_at % 1000000 + 1000000) % 1000000) as recorded_at,
    strftime('%Y-%m-%dT%H:%M:%S', (h.expires_at - (h.expires_at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch')
        || printf('.%06dZ', (h.expires_at % 1000000 + 1000000) % 1000000) as expires_at,
    t.key
from (
    select h.id, h.sequence, h.debit_account_id, h.credit_account_id, h.amount, h.expires_at,
        case when h.state = 'open' and h.expires_at <= cast(strftime('%s', 'now') as integer) * 1000000 + cast(substr(strftime('%f', 'now'), 4) as integer) * 1000 then 'expired' else h.state end as state,
        case when h.expires_at <= cast(strftime('%s', 'now') as integer) * 1000000 + cast(substr(strftime('%f', 'now'), 4) as integer) * 1000 then 0 else h.remaining end as remaining
    from holds h
) h
    join transfers t on t.sequence = h.sequence
    join accounts a on a.id = h.debit_account_id
    join accounts c on c.id = h.credit_account_id;

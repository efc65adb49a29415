-- What analysts and reports read: accounts, balances, transfers, entries and holds with names instead of numbers. Their columns are a
-- promise: a view of the next version stands beside these. The tables behind them are not.
--
-- Amounts stand in minor units and as decimals. Those are numeric(38, 18), which has room for every amount of every currency: a type
-- without bounds becomes a float in programs that ask for the type before they read. Ids are texts, because some readers have no uuid.
-- No column is called "at", which is a keyword.

create view v1_accounts as
select
    a.name as account,
    a.account_type,
    case when a.account_type in ('asset', 'expense') then 'debit' else 'credit' end as normal_side,
    a.currency,
    a.exponent,
    a.state,
    a.min_balance as min_balance_minor,
    (a.min_balance * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as min_balance,
    a.max_balance as max_balance_minor,
    (a.max_balance * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as max_balance,
    a.opened_at,
    a.closed_at,
    a.description,
    a.metadata
from accounts a;

comment on view v1_accounts is 'Accounts: what they are, one row each.';
comment on column v1_accounts.account is 'The account''s name: a path of parts separated by colons.';
comment on column v1_accounts.account_type is 'asset, liability, equity, revenue or expense.';
comment on column v1_accounts.normal_side is 'The side on which its balance is positive: debit or credit.';
comment on column v1_accounts.currency is 'The currency''s code.';
comment on column v1_accounts.exponent is 'How many decimals the currency has: an amount in minor units times 10^-exponent is the decimal.';
comment on column v1_accounts.state is 'open, frozen, debits_frozen, credits_frozen or closed.';
comment on column v1_accounts.min_balance_minor is 'The least that must stay available, in minor units; null where there is no such limit.';
comment on column v1_accounts.min_balance is 'The same as a decimal.';
comment on column v1_accounts.max_balance_minor is 'The most that may be posted, in minor units; null where there is no such limit.';
comment on column v1_accounts.max_balance is 'The same as a decimal.';
comment on column v1_accounts.opened_at is 'When it was opened.';
comment on column v1_accounts.closed_at is 'When it was closed; null while it is not.';
comment on column v1_accounts.description is 'A text for people.';
comment on column v1_accounts.metadata is 'Texts by their keys, as they are kept now; null where there are none.';

create view v1_balances as
select
    b.name as account,
    b.account_type,
    b.currency,
    b.posted as posted_minor,
    (b.posted * ('1e-' || b.exponent)::numeric)::numeric(38, 18) as posted,
    b.held as held_minor,
    (b.held * ('1e-' || b.exponent)::numeric)::numeric(38, 18) as held,
    b.posted - b.held as available_minor,
    ((b.posted - b.held) * ('1e-' || b.exponent)::numeric)::numeric(38, 18) as available,
    b.version,
    b.last_recorded_at
from (
    select a.name, a.account_type, a.currency, a.exponent, a.posted, a.version, a.last_recorded_at,
        case when a.account_type in ('asset', 'expense')
            then a.credits_held - case a.credits_held when 0 then 0 else (select coalesce(sum(h.remaining), 0)::bigint from holds h
            where h.credit_account_id = a.id and h.state = 'open' and h.expires_at <= now()) end
            else a.debits_held - case a.debits_held when 0 then 0 else (select coalesce(sum(h.remaining), 0)::bigint from holds h
            where h.debit_account_id = a.id and h.state = 'open' and h.expires_at <= now()) end end as held
    from accounts a
) b;

comment on view v1_balances is 'What each account has now, one row each. An expired hold does not count as held.';
comment on column v1_balances.account is 'The account''s name.';
comment on column v1_balances.account_type is 'asset, liability, equity, revenue or expense.';
comment on column v1_balances.currency is 'The currency''s code.';
comment on column v1_balances.posted_minor is 'The posted balance on the account''s normal side, in minor units.';
comment on column v1_balances.posted is 'The same as a decimal.';
comment on column v1_balances.held_minor is 'What open holds take off the available balance, in minor units.';
comment on column v1_balances.held is 'The same as a decimal.';
comment on column v1_balances.available_minor is 'Posted less held, in minor units.';
comment on column v1_balances.available is 'The same as a decimal.';
comment on column v1_balances.version is 'How many transfers the account has had.';
comment on column v1_balances.last_recorded_at is 'When the newest of them was recorded; null where there is none.';

create view v1_transfers as
select
    t.sequence,
    t.id::text as id,
    t.kind,
    a.name as debit_account,
    c.name as credit_account,
    a.currency,
    t.amount as amount_minor,
    (t.amount * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as amount,
    t.recorded_at,
    t.effective_at,
    t.key,
    t.actor,
    t.journal_id::text as journal_id,
    t.hold_id::text as hold_id,
    t.reversed_id::text as reversed_id,
    t.expires_at,
    t.description,
    coalesce((
        select e.metadata_after from account_events e where e.transfer_id = t.id order by e.sequence desc limit 1), t.metadata) as metadata
from transfers t
    join accounts a on a.id = t.debit_account_id
    join accounts c on c.id = t.credit_account_id;

comment on view v1_transfers is 'All transfers, one row each.';
comment on column v1_transfers.sequence is 'The transfer''s number in the book''s one order.';
comment on column v1_transfers.id is 'Its id.';
comment on column v1_transfers.kind is 'transfer, hold, capture, release or reversal. Holds and releases move no value.';
comment on column v1_transfers.debit_account is 'The account that is debited.';
comment on column v1_transfers.credit_account is 'The account that is credited.';
comment on column v1_transfers.currency is 'The currency''s code.';
comment on column v1_transfers.amount_minor is 'The amount in minor units; more than zero.';
comment on column v1_transfers.amount is 'The same as a decimal.';
comment on column v1_transfers.recorded_at is 'When the ledger took it.';
comment on column v1_transfers.effective_at is 'When it counts for the books.';
comment on column v1_transfers.key is 'The text that its id was made from; null where there is none.';
comment on column v1_transfers.actor is 'Who asked for it.';
comment on column v1_transfers.journal_id is 'The journal that it is part of; null where it is none.';
comment on column v1_transfers.hold_id is 'The hold that it is about; a hold names itself.';
comment on column v1_transfers.reversed_id is 'The transfer that it undoes.';
comment on column v1_transfers.expires_at is 'When a hold ends by itself.';
comment on column v1_transfers.description is 'A text for people.';
comment on column v1_transfers.metadata is 'Texts by their keys, as they are kept now; null where there are none.';

create view v1_entries as
select
    t.sequence,
    t.id::text as transfer_id,
    a.name as account,
    a.account_type,
    a.currency,
    'debit' as side,
    t.kind,
    c.name as counterparty,
    case when a.account_type in ('asset', 'expense') then t.amount else -t.amount end as change_minor,
    ((case when a.account_type in ('asset', 'expense') then t.amount else -t.amount end) * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as change,
    t.debit_balance as balance_minor,
    (t.debit_balance * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as balance,
    t.debit_version as version,
    t.recorded_at,
    t.effective_at,
    t.key,
    t.actor,
    t.journal_id::text as journal_id,
    t.hold_id::text as hold_id,
    t.reversed_id::text as reversed_id,
    t.description,
    coalesce((
        select e.metadata_after from account_events e where e.transfer_id = t.id order by e.sequence desc limit 1), t.metadata) as metadata
from transfers t
    join accounts a on a.id = t.debit_account_id
    join accounts c on c.id = t.credit_account_id
where t.kind not in ('hold', 'release')
union all
select
    t.sequence,
    t.id::text as transfer_id,
    a.name as account,
    a.account_type,
    a.currency,
    'credit' as side,
    t.kind,
    c.name as counterparty,
    case when a.account_type in ('liability', 'equity', 'revenue') then t.amount else -t.amount end as change_minor,
    ((case when a.account_type in ('liability', 'equity', 'revenue') then t.amount else -t.amount end) * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as change,
    t.credit_balance as balance_minor,
    (t.credit_balance * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as balance,
    t.credit_version as version,
    t.recorded_at,
    t.effective_at,
    t.key,
    t.actor,
    t.journal_id::text as journal_id,
    t.hold_id::text as hold_id,
    t.reversed_id::text as reversed_id,
    t.description,
    coalesce((
        select e.metadata_after from account_events e where e.transfer_id = t.id order by e.sequence desc limit 1), t.metadata) as metadata
from transfers t
    join accounts a on a.id = t.credit_account_id
    join accounts c on c.id = t.debit_account_id
where t.kind not in ('hold', 'release');

comment on view v1_entries is 'What each transfer did to its accounts: two rows a transfer, none for holds and releases, so that the changes of an account add up to its posted balance.';
comment on column v1_entries.sequence is 'The transfer''s number in the book''s one order.';
comment on column v1_entries.transfer_id is 'The transfer''s id.';
comment on column v1_entries.account is 'The account.';
comment on column v1_entries.account_type is 'asset, liability, equity, revenue or expense.';
comment on column v1_entries.currency is 'The currency''s code.';
comment on column v1_entries.side is 'The side of the transfer on which the account stands: debit or credit.';
comment on column v1_entries.kind is 'transfer, capture or reversal.';
comment on column v1_entries.counterparty is 'The account on the other side.';
comment on column v1_entries.change_minor is 'What it changed of the posted balance, on the account''s normal side, in minor units; below zero if the balance fell.';
comment on column v1_entries.change is 'The same as a decimal.';
comment on column v1_entries.balance_minor is 'The posted balance after it, on the account''s normal side, in minor units.';
comment on column v1_entries.balance is 'The same as a decimal.';
comment on column v1_entries.version is 'The entry''s number within its account, from 1, counted with holds and releases.';
comment on column v1_entries.recorded_at is 'When the ledger took it.';
comment on column v1_entries.effective_at is 'When it counts for the books.';
comment on column v1_entries.key is 'The text that the transfer''s id was made from; null where there is none.';
comment on column v1_entries.actor is 'Who asked for it.';
comment on column v1_entries.journal_id is 'The journal that the transfer is part of; null where it is none.';
comment on column v1_entries.hold_id is 'The hold that a capture is about.';
comment on column v1_entries.reversed_id is 'The transfer that it undoes.';
comment on column v1_entries.description is 'A text for people.';
comment on column v1_entries.metadata is 'Texts by their keys, as they are kept now; null where there are none.';

create view v1_holds as
select
    h.id::text as id,
    h.sequence,
    h.state,
    a.name as debit_account,
    c.name as credit_account,
    a.currency,
    h.amount as amount_minor,
    (h.amount * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as amount,
    h.remaining as remaining_minor,
    (h.remaining * ('1e-' || a.exponent)::numeric)::numeric(38, 18) as remaining,
    t.recorded_at,
    h.expires_at,
    t.key
from (
    select h.id, h.sequence, h.debit_account_id, h.credit_account_id, h.amount, h.expires_at,
        case when h.state = 'open' and h.expires_at <= now() then 'expired' else h.state end as state,
        case when h.expires_at <= now() then 0 else h.remaining end as remaining
    from holds h
) h
    join transfers t on t.sequence = h.sequence
    join accounts a on a.id = h.debit_account_id
    join accounts c on c.id = h.credit_account_id;

comment on view v1_holds is 'All holds as they stand now, one row each.';
comment on column v1_holds.id is 'The hold''s id, which is that of its transfer.';
comment on column v1_holds.sequence is 'Its number in the book''s one order.';
comment on column v1_holds.state is 'open, captured, released or expired. A hold has expired at its moment, whether or not its release is recorded.';
comment on column v1_holds.debit_account is 'The account that its captures debit.';
comment on column v1_holds.credit_account is 'The account that its captures credit.';
comment on column v1_holds.currency is 'The currency''s code.';
comment on column v1_holds.amount_minor is 'What was held at first, in minor units.';
comment on column v1_holds.amount is 'The same as a decimal.';
comment on column v1_holds.remaining_minor is 'What can still be captured, in minor units.';
comment on column v1_holds.remaining is 'The same as a decimal.';
comment on column v1_holds.recorded_at is 'When it was placed.';
comment on column v1_holds.expires_at is 'When it ends by itself; null where it does not.';
comment on column v1_holds.key is 'The text that its id was made from; null where there is none.';

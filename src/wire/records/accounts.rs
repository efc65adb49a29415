//! Records of balances, accounts, their changes, and currencies.

use bigdecimal::BigDecimal;

use crate::facts::{
    Account, AccountEvent, AccountName, AccountState, AccountType, Actor, Hash, Instant, Metadata, Sequence, TransferId,
};
use crate::ledger::{AsOf, Balance, BalanceRow, NamedCurrency, Opened, PathBalance};
use crate::money::{Currency, CurrencyCode, Money};
use crate::wire::records::{Columns, Record, text};

record! {
    /// What an account has or had, or what the accounts below a path have together.
    pub struct BalanceRecord {
        /// The account's name, or the first parts that the names of several have in common.
        account: String,
        /// The currency's code.
        currency: CurrencyCode,
        /// What the account or the accounts are in the books.
        r#type: AccountType,
        /// The posted balance, on the normal side.
        posted: String,
        /// What open holds take off the available balance; null in the balance of a moment.
        held: Option<String>,
        /// What can be spent now: posted less held; null in the balance of a moment.
        available: Option<String>,
        /// How many transfers the account has had; null of several accounts and in the balance of a moment.
        version: Option<i64>,
        /// How many accounts are added up.
        accounts: u64,
        /// The moment up to which effective times count; null where every recorded transfer counts.
        effective_at: Option<Instant>,
        /// Transfers are known that were recorded by then; null where all are.
        recorded_at: Option<Instant>,
    }
    table { account, currency, posted, held, available }
    /// As of a moment.
    view as_of { account, currency, posted } room { effective_at, recorded_at }
    /// Of the accounts below a path.
    view of_path { account, r#type, currency, posted, held, available } room { accounts }
    /// Of the accounts below a path, as of a moment.
    view of_path_as_of { account, r#type, currency, posted } room { effective_at, accounts, recorded_at }
}

impl BalanceRecord {
    /// An account and its balance as of the moments that were asked for.
    #[must_use]
    pub fn as_of_moments(account: &Account, posted: Money, as_of: AsOf) -> Self {
        Self {
            posted: posted.number(),
            held: None,
            available: None,
            version: None,
            effective_at: as_of.effective_at,
            recorded_at: as_of.recorded_at,
            ..account.into()
        }
    }

    /// The accounts of a row of a table with one bound, as of the moments that were asked for.
    #[must_use]
    pub fn of_row(row: &BalanceRow, as_of: AsOf) -> Self {
        let posted = BigDecimal::new(row.on_normal_side(row.balance(0)).into(), row.currency.exponent().into());
        Self {
            account: row.path.clone(),
            currency: row.currency.code(),
            r#type: row.account_type,
            posted: posted.to_plain_string(),
            held: None,
            available: None,
            version: None,
            accounts: row.accounts,
            effective_at: as_of.effective_at,
            recorded_at: as_of.recorded_at,
        }
    }
}

impl From<&Account> for BalanceRecord {
    fn from(account: &Account) -> Self {
        let Balance { posted, held, available } = account.into();
        Self {
            account: account.name.to_string(),
            currency: account.currency.code(),
            r#type: account.account_type,
            posted: posted.number(),
            held: Some(held.number()),
            available: Some(available.number()),
            version: Some(account.version),
            accounts: 1,
            effective_at: None,
            recorded_at: None,
        }
    }
}

impl From<&PathBalance> for BalanceRecord {
    fn from(balance: &PathBalance) -> Self {
        Self {
            account: balance.path.clone(),
            currency: balance.currency.code(),
            r#type: balance.account_type,
            posted: balance.posted.to_plain_string(),
            held: Some(balance.held.to_plain_string()),
            available: Some(balance.available.to_plain_string()),
            version: None,
            accounts: balance.accounts,
            effective_at: None,
            recorded_at: None,
        }
    }
}

record! {
    /// All that is known of an account.
    pub struct AccountRecord {
        /// The account's name.
        account: AccountName,
        /// The currency's code.
        currency: CurrencyCode,
        /// The account's type.
        r#type: AccountType,
        /// The posted balance, on the account's normal side.
        posted: Money,
        /// What open holds take off the available balance.
        held: Money,
        /// What the account can spend now: posted less held.
        available: Money,
        /// How many transfers the account has had.
        version: i64,
        /// Whether it is open, frozen on one side or both, or closed.
        state: AccountState,
        /// The least that the balance may be; null where there is no such limit.
        min_balance: Option<Money>,
        /// The most that the balance may be; null where there is no such limit.
        max_balance: Option<Money>,
        /// The text that was given with it; null where there is none.
        description: Option<String>,
        /// Texts by their keys; empty where there are none.
        metadata: Metadata,
        /// Its number in the book, which is the sequence of its opening.
        sequence: Sequence,
        /// When it was opened.
        opened_at: Instant,
        /// Who opened it.
        opened_by: Actor,
        /// When it was closed; null while it is not.
        closed_at: Option<Instant>,
        /// The hash of its newest transfer or event.
        head: Hash,
        /// The most that one transfer may take out; null where there is no such limit.
        per_transfer: Option<Money>,
        /// The most that may leave in a day; null where there is no such limit.
        per_day: Option<Money>,
        /// The most that may leave in a month; null where there is no such limit.
        per_month: Option<Money>,
    }
    table {
        account, r#type, currency, state, available
    }
    room { min_balance, max_balance, version }
    /// What a list shows of each account.
    view listed {
        account, r#type, currency, posted, held, available, state
    }
}

impl From<&Account> for AccountRecord {
    fn from(account: &Account) -> Self {
        let Balance { posted, held, available } = account.into();
        Self {
            account: account.name.clone(),
            currency: account.currency.code(),
            r#type: account.account_type,
            posted,
            held,
            available,
            version: account.version,
            state: account.state,
            min_balance: account.limits.min_balance.map(|limit| account.money(limit)),
            max_balance: account.limits.max_balance.map(|limit| account.money(limit)),
            description: text(account.description.as_ref()),
            metadata: account.metadata.clone(),
            sequence: account.id.sequence(),
            opened_at: account.opened_at,
            opened_by: account.opened_by.clone(),
            closed_at: account.closed_at,
            head: account.head,
            per_transfer: account.velocity.per_transfer.map(|limit| account.money(limit)),
            per_day: account.velocity.per_day.map(|limit| account.money(limit)),
            per_month: account.velocity.per_month.map(|limit| account.money(limit)),
        }
    }
}

record! {
    /// The answer to a request to open an account.
    pub struct OpenedRecord {
        ..account: AccountRecord,
        /// Whether the account was there already, the same.
        replayed: bool,
    }
    table {
        account.account, account.r#type, account.currency, account.state, account.available
    }
    room { account.min_balance, account.max_balance, account.version }
}

impl From<&Opened> for OpenedRecord {
    fn from(opened: &Opened) -> Self {
        Self { account: (&opened.account).into(), replayed: opened.replayed }
    }
}

record! {
    /// A change of what an account may do, or of what is kept beside it or one of its transfers.
    pub struct AccountEventRecord {
        /// The account's name.
        account: AccountName,
        /// The event's number within its chain, from 1.
        event: i64,
        /// Its number in the book's one order.
        sequence: Sequence,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// How many transfers the account had before it.
        version: i64,
        /// The account's state before it.
        state_before: AccountState,
        /// The account's state after it.
        state_after: AccountState,
        /// The least balance before it; null where there was none.
        min_balance_before: Option<Money>,
        /// The least balance after it; null where there was none.
        min_balance_after: Option<Money>,
        /// The most balance before it; null where there was none.
        max_balance_before: Option<Money>,
        /// The most balance after it; null where there was none.
        max_balance_after: Option<Money>,
        /// Who asked for it.
        actor: String,
        /// The reason that was given; null where there is none.
        reason: Option<String>,
        /// The journal that it is part of; null where it is none.
        journal_id: Option<TransferId>,
        /// Its hash in the chain.
        hash: Hash,
        /// The limit of one transfer before it; null where there was none.
        per_transfer_before: Option<Money>,
        /// The limit of one transfer after it; null where there was none.
        per_transfer_after: Option<Money>,
        /// The limit of a day before it; null where there was none.
        per_day_before: Option<Money>,
        /// The limit of a day after it; null where there was none.
        per_day_after: Option<Money>,
        /// The limit of a month before it; null where there was none.
        per_month_before: Option<Money>,
        /// The limit of a month after it; null where there was none.
        per_month_after: Option<Money>,
        /// The transfer whose metadata changed; null where it is the account's, or nothing of the kind.
        transfer_id: Option<TransferId>,
        /// The metadata before it; null where none changed.
        metadata_before: Option<Metadata>,
        /// The metadata after it; null where none changed.
        metadata_after: Option<Metadata>,
    }
    table { event, recorded_at, state_after, actor, reason } room { min_balance_after, max_balance_after, state_before }
    /// Where limits of what may leave it changed.
    view with_velocity { event, recorded_at, state_after, actor, reason }
        room { per_transfer_after, per_day_after, per_month_after, min_balance_after, max_balance_after }
    /// Where metadata changed.
    view with_annotations { event, recorded_at, metadata_after, actor } room { reason, state_after, transfer_id }
}

impl AccountEventRecord {
    /// What a table shows of these, by what they are about.
    #[must_use]
    pub fn columns_for(events: &[Self]) -> Columns<Self> {
        if events.iter().any(|event| event.metadata_after.is_some()) {
            Self::with_annotations()
        } else if events.iter().any(Self::has_velocity) {
            Self::with_velocity()
        } else {
            Self::table()
        }
    }

    const fn has_velocity(&self) -> bool {
        self.per_transfer_before.is_some()
            || self.per_transfer_after.is_some()
            || self.per_day_before.is_some()
            || self.per_day_after.is_some()
            || self.per_month_before.is_some()
            || self.per_month_after.is_some()
    }

    /// One of an account's events.
    #[must_use]
    pub fn new(account: &Account, event: &AccountEvent) -> Self {
        Self::of_parts(&account.name, account.currency, event)
    }

    /// An event of the account with that name and currency.
    pub(super) fn of_parts(account: &AccountName, currency: Currency, event: &AccountEvent) -> Self {
        let money = |limit: Option<_>| limit.map(|limit| Money::new(limit, currency));
        Self {
            account: account.clone(),
            event: event.number,
            sequence: event.sequence,
            recorded_at: event.recorded_at,
            version: event.version,
            state_before: event.before.state,
            state_after: event.after.state,
            min_balance_before: money(event.before.limits.min_balance),
            min_balance_after: money(event.after.limits.min_balance),
            max_balance_before: money(event.before.limits.max_balance),
            max_balance_after: money(event.after.limits.max_balance),
            actor: event.actor.to_string(),
            reason: text(event.reason.as_ref()),
            journal_id: event.journal_id.map(TransferId),
            hash: event.hash,
            per_transfer_before: money(event.before.velocity.per_transfer),
            per_transfer_after: money(event.after.velocity.per_transfer),
            per_day_before: money(event.before.velocity.per_day),
            per_day_after: money(event.after.velocity.per_day),
            per_month_before: money(event.before.velocity.per_month),
            per_month_after: money(event.after.velocity.per_month),
            transfer_id: event.annotation.as_ref().and_then(|annotation| annotation.transfer_id),
            metadata_before: event.annotation.as_ref().map(|annotation| annotation.before.clone()),
            metadata_after: event.annotation.as_ref().map(|annotation| annotation.after.clone()),
        }
    }
}

record! {
    /// A registered currency.
    pub struct CurrencyRecord {
        /// The currency's code.
        currency: CurrencyCode,
        /// How many decimals its amounts have.
        exponent: u8,
        /// The currency's name.
        name: String,
    }
}

impl From<&NamedCurrency> for CurrencyRecord {
    fn from(named: &NamedCurrency) -> Self {
        Self { currency: named.currency.code(), exponent: named.currency.exponent(), name: named.name.to_string() }
    }
}

use crate::facts::{
    Account, AccountEvent, AccountName, AccountState, AccountType, Hash, Instant, Metadata, NormalSide, Sequence,
    TransferId,
};
use crate::ledger::{AsOf, NamedCurrency, Opened, PathBalance};
use crate::money::{CurrencyCode, Money};
use crate::wire::records::{Columns, text};

record! {
    /// What an account has.
    pub struct BalanceRecord {
        account: AccountName,
        currency: CurrencyCode,
        r#type: AccountType,
        posted: Money,
        held: Money,
        available: Money,
        version: i64,
    }
    table { account, currency, posted, held, available }
}

impl From<&Account> for BalanceRecord {
    fn from(account: &Account) -> Self {
        Self {
            account: account.name.clone(),
            currency: account.currency.code(),
            r#type: account.account_type,
            posted: account.money(account.posted()),
            held: account.money(account.held()),
            available: account.money(account.available()),
            version: account.version,
        }
    }
}

record! {
    /// What an account had at a moment.
    pub struct BalanceAsOfRecord {
        account: AccountName,
        currency: CurrencyCode,
        r#type: AccountType,
        posted: Money,
        /// Transfers count that are effective by then; null where all count that are recorded.
        effective_at: Option<Instant>,
        /// Transfers are known that were recorded by then; null where all are.
        recorded_at: Option<Instant>,
    }
    table { account, currency, posted, effective_at, recorded_at }
}

impl BalanceAsOfRecord {
    /// An account and its balance as of the moments that were asked for.
    #[must_use]
    pub fn new(account: &Account, posted: Money, as_of: AsOf) -> Self {
        Self {
            account: account.name.clone(),
            currency: account.currency.code(),
            r#type: account.account_type,
            posted,
            effective_at: as_of.effective_at,
            recorded_at: as_of.recorded_at,
        }
    }
}

record! {
    /// What the accounts below a path have together.
    pub struct PathBalanceRecord {
        path: String,
        currency: CurrencyCode,
        side: NormalSide,
        accounts: u64,
        posted: String,
        held: String,
        available: String,
    }
}

impl From<&PathBalance> for PathBalanceRecord {
    fn from(balance: &PathBalance) -> Self {
        Self {
            path: balance.path.clone(),
            currency: balance.currency.code(),
            side: balance.side,
            accounts: balance.accounts,
            posted: balance.posted.to_plain_string(),
            held: balance.held.to_plain_string(),
            available: balance.available.to_plain_string(),
        }
    }
}

record! {
    /// All that is known of an account.
    pub struct AccountRecord {
        ..balance: BalanceRecord,
        state: AccountState,
        min_balance: Option<Money>,
        max_balance: Option<Money>,
        description: Option<String>,
        metadata: Metadata,
        opened_at: Instant,
        closed_at: Option<Instant>,
        head: Hash,
        per_transfer: Option<Money>,
        per_day: Option<Money>,
        per_month: Option<Money>,
    }
    table {
        balance.account, balance.r#type, balance.currency, state, balance.available, min_balance, max_balance,
        balance.version
    }
    /// What a list shows of each account.
    view listed {
        balance.account, balance.r#type, balance.currency, balance.posted, balance.held, balance.available,
        state
    }
}

impl From<&Account> for AccountRecord {
    fn from(account: &Account) -> Self {
        Self {
            balance: account.into(),
            state: account.state,
            min_balance: account.limits.min_balance.map(|limit| account.money(limit)),
            max_balance: account.limits.max_balance.map(|limit| account.money(limit)),
            description: text(account.description.as_ref()),
            metadata: account.metadata.clone(),
            opened_at: account.opened_at,
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
        replayed: bool,
    }
    table {
        account.balance.account, account.balance.r#type, account.balance.currency, account.state,
        account.balance.available, account.min_balance, account.max_balance, account.balance.version
    }
}

impl From<&Opened> for OpenedRecord {
    fn from(opened: &Opened) -> Self {
        Self { account: (&opened.account).into(), replayed: opened.replayed }
    }
}

record! {
    /// A change of what an account may do, or of what is kept beside it or one of its transfers.
    pub struct EventRecord {
        account: AccountName,
        event: i64,
        sequence: Sequence,
        recorded_at: Instant,
        version: i64,
        state_before: AccountState,
        state_after: AccountState,
        min_balance_before: Option<Money>,
        min_balance_after: Option<Money>,
        max_balance_before: Option<Money>,
        max_balance_after: Option<Money>,
        actor: String,
        reason: Option<String>,
        journal_id: Option<TransferId>,
        hash: Hash,
        per_transfer_before: Option<Money>,
        per_transfer_after: Option<Money>,
        per_day_before: Option<Money>,
        per_day_after: Option<Money>,
        per_month_before: Option<Money>,
        per_month_after: Option<Money>,
        /// The transfer whose metadata changed; null where it is the account's, or nothing of the kind.
        transfer_id: Option<TransferId>,
        metadata_before: Option<Metadata>,
        metadata_after: Option<Metadata>,
    }
    /// What it may do before and after.
    view terms { event, recorded_at, state_before, state_after, min_balance_after, max_balance_after }
    /// What few accounts have: limits of what may leave them.
    view velocity { per_transfer_after, per_day_after, per_month_after }
    /// What a change of metadata is about.
    view annotation { transfer_id, metadata_after }
    /// Who changed it, and why.
    view signature { actor, reason }
}

impl EventRecord {
    /// What a table shows of these. It leaves out what none of them is about.
    #[must_use]
    pub fn columns_for(events: &[Self]) -> Columns<Self> {
        let mut columns = Self::terms();
        if events.iter().any(Self::has_velocity) {
            columns = columns.then(Self::velocity());
        }
        if events.iter().any(|event| event.metadata_after.is_some()) {
            columns = columns.then(Self::annotation());
        }
        columns.then(Self::signature())
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
        let money = |limit: Option<_>| limit.map(|limit| account.money(limit));
        Self {
            account: account.name.clone(),
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
        currency: CurrencyCode,
        exponent: u8,
        name: String,
    }
}

impl From<&NamedCurrency> for CurrencyRecord {
    fn from(named: &NamedCurrency) -> Self {
        Self { currency: named.currency.code(), exponent: named.currency.exponent(), name: named.name.to_string() }
    }
}

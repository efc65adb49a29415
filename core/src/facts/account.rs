//! An account as it stands at one moment, and what it may do.

use std::str::FromStr;

use crate::facts::hash::Hash;
use crate::facts::ids::{AccountId, Sequence};
use crate::facts::instant::Instant;
use crate::facts::side::NormalSide;
use crate::facts::text::{AccountName, Actor, Description, Metadata};
use crate::facts::velocity::Velocity;
use crate::money::{Amount, Currency, Money};

/// What an account is in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountType {
    /// What is owned: cash, loans given. Debit-normal.
    Asset,
    /// What is owed: customers' deposits. Credit-normal.
    Liability,
    /// What belongs to the owners. Credit-normal.
    Equity,
    /// What was earned: fees. Credit-normal.
    Revenue,
    /// What was spent: interest paid. Debit-normal.
    Expense,
}

words!(AccountType {
    Asset = "asset",
    Liability = "liability",
    Equity = "equity",
    Revenue = "revenue",
    Expense = "expense",
});

impl AccountType {
    /// The side on which its balance is positive.
    #[must_use]
    pub const fn normal_side(self) -> NormalSide {
        match self {
            Self::Asset | Self::Expense => NormalSide::Debit,
            Self::Liability | Self::Equity | Self::Revenue => NormalSide::Credit,
        }
    }
}

impl FromStr for AccountType {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::from_word(word).ok_or_else(|| {
            let words: Vec<_> = Self::ALL.iter().map(|one| one.as_str()).collect();
            format!("{word:?} is not an account type; the types are {}", words.join(", "))
        })
    }
}

/// What may happen to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Anything.
    Open,
    /// Nothing, for now.
    Frozen,
    /// No debits, for now.
    DebitsFrozen,
    /// No credits, for now.
    CreditsFrozen,
    /// Nothing ever again.
    Closed,
}

words!(AccountState {
    Open = "open",
    Frozen = "frozen",
    DebitsFrozen = "debits_frozen",
    CreditsFrozen = "credits_frozen",
    Closed = "closed",
});

/// How far a balance may go, on the account's normal side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// What is available never falls below this; an overdraft of 500 is -500.
    pub min_balance: Option<Amount>,
    /// What is posted never rises above this.
    pub max_balance: Option<Amount>,
}

impl Limits {
    /// The limits of an account that is opened without any: customers cannot overdraw, the bank's own accounts are free.
    #[must_use]
    pub const fn default_for(account_type: AccountType) -> Self {
        let min_balance = match account_type {
            AccountType::Liability => Some(Amount::ZERO),
            AccountType::Asset | AccountType::Equity | AccountType::Revenue | AccountType::Expense => None,
        };
        Self { min_balance, max_balance: None }
    }
}

/// What an account may do: which sides are open, how far its balance may go, and how much may leave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What may happen to it.
    pub state: AccountState,
    /// How far its balance may go.
    pub limits: Limits,
    /// How much may leave it.
    pub velocity: Velocity,
}

/// Where an account stands: what is posted, and what open holds reserve on each side.
///
/// What is posted, with all that is reserved on one side taken from it or added to it, always fits 64 bits: every hold can be captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    /// Posted value, on the account's normal side. Negative when overdrawn.
    pub posted: Amount,
    /// Debits that open holds reserve; zero or more.
    pub debits_held: Amount,
    /// Credits that open holds reserve; zero or more.
    pub credits_held: Amount,
}

impl Balances {
    /// The held debits, or the held credits.
    #[must_use]
    pub const fn held(&self, side: NormalSide) -> Amount {
        match side {
            NormalSide::Debit => self.debits_held,
            NormalSide::Credit => self.credits_held,
        }
    }

    /// Whether anything is held, on either side.
    #[must_use]
    pub fn has_held(&self) -> bool {
        self.debits_held != Amount::ZERO || self.credits_held != Amount::ZERO
    }

    /// The same with other held debits or credits.
    #[must_use]
    pub const fn with_held(self, side: NormalSide, held: Amount) -> Self {
        match side {
            NormalSide::Debit => Self { debits_held: held, ..self },
            NormalSide::Credit => Self { credits_held: held, ..self },
        }
    }

    /// The same without what was reserved on one side.
    ///
    /// # Panics
    /// When that was more than is held: every reservation is counted when it is made.
    #[must_use]
    pub fn without_held(self, side: NormalSide, amount: Amount) -> Self {
        match self.held(side).checked_sub(amount) {
            Some(left) if left >= Amount::ZERO => self.with_held(side, left),
            _ => panic!("{amount:?} were reserved, of {:?} held", self.held(side)),
        }
    }

    /// The same after a debit or credit of an account with that normal side, or `None` where it does not fit 64 bits.
    #[must_use]
    pub fn checked_post(self, normal_side: NormalSide, side: NormalSide, amount: Amount) -> Option<Self> {
        let posted =
            if normal_side == side { self.posted.checked_add(amount) } else { self.posted.checked_sub(amount) };
        Some(Self { posted: posted?, ..self })
    }

    /// Whether all that is reserved on either side can be captured without leaving 64 bits.
    #[must_use]
    pub fn has_room_for_captures(self, normal_side: NormalSide) -> bool {
        self.posted.checked_add(self.held(normal_side)).is_some()
            && self.posted.checked_sub(self.held(normal_side.opposite())).is_some()
    }
}

/// The newest transfer that touched an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastTransfer {
    /// Its sequence.
    pub sequence: Sequence,
    /// When the ledger took it.
    pub recorded_at: Instant,
}

/// A named place where value of one currency sits, as it stands at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number in the book, which is the sequence of its opening.
    pub id: AccountId,
    /// Its name, unique in the book.
    pub name: AccountName,
    /// What it is in the books.
    pub account_type: AccountType,
    /// The currency of everything in it.
    pub currency: Currency,
    /// What may happen to it.
    pub state: AccountState,
    /// How far its balance may go.
    pub limits: Limits,
    /// How much may leave it.
    pub velocity: Velocity,
    /// What its transfers and open holds come to.
    pub balances: Balances,
    /// How many transfers touched it.
    pub version: i64,
    /// The newest of them.
    pub last: Option<LastTransfer>,
    /// The hash that covers its opening and all of them.
    pub head: Hash,
    /// For people.
    pub description: Option<Description>,
    /// For programs, as it is now.
    pub metadata: Metadata,
    /// When it was opened.
    pub opened_at: Instant,
    /// Who opened it.
    pub opened_by: Actor,
    /// When it was closed.
    pub closed_at: Option<Instant>,
}

impl Account {
    /// Posted value, on the normal side. Negative when overdrawn.
    #[must_use]
    pub const fn posted(&self) -> Amount {
        self.balances.posted
    }

    /// What open holds reserve on the falling side, zero or more.
    #[must_use]
    pub const fn held(&self) -> Amount {
        self.balances.held(self.account_type.normal_side().opposite())
    }

    /// Whether it falls by a debit or a credit.
    #[must_use]
    pub fn falls_by(&self, side: NormalSide) -> bool {
        self.account_type.normal_side() != side
    }

    /// What it may do.
    #[must_use]
    pub const fn terms(&self) -> Terms {
        Terms { state: self.state, limits: self.limits, velocity: self.velocity }
    }

    /// What can be spent before any limit is counted: posted less held. Money on its way in by a hold is not available.
    #[must_use]
    pub fn available(&self) -> Amount {
        Amount::from_minor(self.posted().minor().saturating_sub(self.held().minor()))
    }

    /// Its first event.
    #[must_use]
    pub fn opening_event(&self) -> OpeningEvent {
        OpeningEvent { account_id: self.id, recorded_at: self.opened_at, actor: self.opened_by.clone() }
    }

    /// An amount in the account's currency.
    #[must_use]
    pub const fn money(&self, amount: Amount) -> Money {
        Money::new(amount, self.currency)
    }
}

/// The first event of an account: its opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningEvent {
    /// The account's number, which is the sequence of this event.
    pub account_id: AccountId,
    /// When the account was opened.
    pub recorded_at: Instant,
    /// Who opened it.
    pub actor: Actor,
}

/// What an account was opened with and may have been changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedWith {
    /// How far its balance could go.
    pub limits: Limits,
    /// What was kept beside it.
    pub metadata: Metadata,
}

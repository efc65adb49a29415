//! What clients ask for, one by one.

use std::time::Duration;

use super::condition::Condition;
use super::instant::Instant;
use super::request_id::{Reference, RequestId};
use super::text::{AccountName, Description, Metadata};
use crate::money::Money;

/// Which accounts a request names, and in whose words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parties {
    /// `from` falls and `to` rises. Both have the same normal side.
    Transfer {
        /// The account that falls.
        from: AccountName,
        /// The account that rises.
        to: AccountName,
    },
    /// Both rise. They have different normal sides.
    Deposit {
        /// Where the value is owed.
        account: AccountName,
        /// Where the value is.
        cash: AccountName,
    },
    /// Both fall. They have different normal sides.
    Withdrawal {
        /// Where the value was owed.
        account: AccountName,
        /// Where the value was.
        cash: AccountName,
    },
    /// The accountant's words, for any pair.
    Post {
        /// The account that is debited.
        debit: AccountName,
        /// The account that is credited.
        credit: AccountName,
    },
    /// `account` falls, and the other moves as it must.
    Fall {
        /// The account that falls.
        account: AccountName,
        /// The account on the other side.
        against: AccountName,
    },
    /// `account` rises, and the other moves as it must.
    Rise {
        /// The account that rises.
        account: AccountName,
        /// The account on the other side.
        against: AccountName,
    },
}

impl Parties {
    /// The two accounts, in the order in which they were named.
    #[must_use]
    pub const fn names(&self) -> [&AccountName; 2] {
        match self {
            Self::Transfer { from, to } => [from, to],
            Self::Deposit { account, cash } | Self::Withdrawal { account, cash } => [account, cash],
            Self::Post { debit, credit } => [debit, credit],
            Self::Fall { account, against } | Self::Rise { account, against } => [account, against],
        }
    }

    /// Those of the two that fall, or may fall, whatever types they have.
    pub fn falling(&self) -> impl Iterator<Item = &AccountName> {
        let [first, second] = self.names();
        let (first, second) = match self {
            Self::Transfer { .. } => (Some(first), None),
            Self::Deposit { .. } => (None, None),
            Self::Withdrawal { .. } | Self::Post { .. } | Self::Fall { .. } => (Some(first), Some(second)),
            Self::Rise { .. } => (None, Some(second)),
        };
        first.into_iter().chain(second)
    }
}

/// How much is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// This much or nothing. More than zero.
    Exactly(Money),
    /// As much as is available, but no more than this. More than zero.
    UpTo(Money),
    /// As much as is available.
    All,
}

impl Quantity {
    /// What is written out in the request.
    pub(super) const fn money(self) -> Option<Money> {
        match self {
            Self::Exactly(money) | Self::UpTo(money) => Some(money),
            Self::All => None,
        }
    }
}

/// One amount from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRequest {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// Between whom.
    pub parties: Parties,
    /// How much. What is available is that of the account that falls, the first that is named where both do, and never more than
    /// brings it to zero: an overdraft is only used by an exact amount.
    pub quantity: Quantity,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
    /// What must hold for it to be posted. Not looked at again when the request is repeated.
    pub conditions: Vec<Condition>,
}

impl TransferRequest {
    /// A request for an exact amount that counts from when it is recorded, without conditions, description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, parties: Parties, money: Money) -> Self {
        Self {
            id: id.into(),
            parties,
            quantity: Quantity::Exactly(money),
            effective_at: None,
            description: None,
            metadata: Metadata::default(),
            conditions: Vec::new(),
        }
    }
}

/// When a hold gives up by itself what was not captured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// At this moment: then it is gone.
    At(Instant),
    /// So long after it was recorded, in whole microseconds.
    After(Duration),
}

/// Value that is reserved until it is captured, released or expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRequest {
    /// The transfer that captures will post, in whole or in part. Its id is the hold's.
    pub transfer: TransferRequest,
    /// When it ends by itself.
    pub expiry: Expiry,
}

impl HoldRequest {
    /// A hold of what this transfer would post, which stays until it is captured or released.
    #[must_use]
    pub const fn new(transfer: TransferRequest) -> Self {
        Self { transfer, expiry: Expiry::Never }
    }
}

/// What becomes of what a capture leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Remainder {
    /// It stays held.
    #[default]
    Keep,
    /// It is released with the capture.
    Release,
}

/// Posts value that a hold reserved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureRequest {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The hold.
    pub hold: Reference,
    /// How much of it. What is available is what is left of the hold.
    pub quantity: Quantity,
    /// What becomes of the rest.
    pub remainder: Remainder,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

impl CaptureRequest {
    /// A capture of all that is left, without description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, hold: impl Into<Reference>) -> Self {
        Self {
            id: id.into(),
            hold: hold.into(),
            quantity: Quantity::All,
            remainder: Remainder::Keep,
            effective_at: None,
            description: None,
            metadata: Metadata::default(),
        }
    }
}

/// Gives up what is left of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRequest {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The hold.
    pub hold: Reference,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

impl ReleaseRequest {
    /// A release without description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, hold: impl Into<Reference>) -> Self {
        Self { id: id.into(), hold: hold.into(), description: None, metadata: Metadata::default() }
    }
}

/// When a reversal counts for the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReversalTime {
    /// When it is recorded: what was true then stays so.
    #[default]
    Now,
    /// When the transfer counted that it undoes, as if that had never been.
    Original,
}

/// Undoes a transfer, once, in whole or in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalRequest {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The transfer to undo.
    pub reversed: Reference,
    /// How much of it. What is available is what was not reversed yet.
    pub quantity: Quantity,
    /// When it counts for the books.
    pub at: ReversalTime,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

impl ReversalRequest {
    /// A reversal of the whole that counts from when it is recorded, without description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, reversed: impl Into<Reference>) -> Self {
        Self {
            id: id.into(),
            reversed: reversed.into(),
            quantity: Quantity::All,
            at: ReversalTime::Now,
            description: None,
            metadata: Metadata::default(),
        }
    }
}

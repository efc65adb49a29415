use uuid::Uuid;

use super::hash::Hash;
use super::ids::{AccountId, Sequence, TransferId};
use super::instant::Instant;
use super::text::{AccountName, Description, Metadata};
use super::words::words;
use crate::money::{Amount, Money};

/// What a transfer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferKind {
    /// Moves value.
    Transfer,
    /// Reserves value.
    Hold,
    /// Moves value that a hold reserved.
    Capture,
    /// Gives up what is left of a hold.
    Release,
    /// Undoes another transfer.
    Reversal,
}

words!(TransferKind {
    Transfer = "transfer",
    Hold = "hold",
    Capture = "capture",
    Release = "release",
    Reversal = "reversal",
});

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
}

impl Parties {
    /// The two accounts, in the order in which they were named.
    #[must_use]
    pub const fn names(&self) -> [&AccountName; 2] {
        match self {
            Self::Transfer { from, to } => [from, to],
            Self::Deposit { account, cash } | Self::Withdrawal { account, cash } => [account, cash],
            Self::Post { debit, credit } => [debit, credit],
        }
    }
}

/// What a client asks for: one amount from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRequest {
    /// Made before the first try, the same on every retry.
    pub id: TransferId,
    /// Between whom.
    pub parties: Parties,
    /// How much. More than zero.
    pub money: Money,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

impl TransferRequest {
    /// A request that counts from when it is recorded, without description and metadata.
    #[must_use]
    pub fn new(id: TransferId, parties: Parties, money: Money) -> Self {
        Self { id, parties, money, effective_at: None, description: None, metadata: Metadata::default() }
    }
}

/// One side of a transfer: an account, and how the transfer left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The account.
    pub account_id: AccountId,
    /// The number of transfers that had touched it then, this one included.
    pub version: i64,
    /// Its posted balance then, on its normal side.
    pub balance: Amount,
    /// The transfer that touched it before this one.
    pub previous: Option<Sequence>,
}

/// One amount from one debit account to one credit account. Immutable, and the only thing that moves value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Its place in the book.
    pub sequence: Sequence,
    /// The client's id.
    pub id: TransferId,
    /// What it does.
    pub kind: TransferKind,
    /// How much, in minor units of its accounts' currency. More than zero.
    pub amount: Amount,
    /// The debited side.
    pub debit: Leg,
    /// The credited side.
    pub credit: Leg,
    /// When the ledger took it: later than both accounts' previous transfers.
    pub recorded_at: Instant,
    /// When it counts for the books.
    pub effective_at: Instant,
    /// The journal it was posted in.
    pub journal_id: Option<Uuid>,
    /// The hold that it is about.
    pub hold_id: Option<TransferId>,
    /// The transfer that it undoes.
    pub reversed_id: Option<TransferId>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
    /// Covers all of the above but the places, and both accounts' history before it.
    pub hash: Hash,
}

impl Transfer {
    /// The side on which an account stands, or `None` where it is not a party.
    #[must_use]
    pub fn leg_of(&self, account: AccountId) -> Option<&Leg> {
        [&self.debit, &self.credit].into_iter().find(|leg| leg.account_id == account)
    }
}

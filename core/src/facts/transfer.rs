//! The one thing that moves value.

use uuid::Uuid;

use crate::facts::hash::Hash;
use crate::facts::ids::{AccountId, Sequence, TransferId};
use crate::facts::instant::Instant;
use crate::facts::key::Key;
use crate::facts::request_digest::RequestDigest;
use crate::facts::side::NormalSide;
use crate::facts::text::{Actor, Description, Metadata};
use crate::money::Amount;

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

/// What stands on one side of a transfer: an account, and how the transfer left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
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
    /// Its number in the book.
    pub sequence: Sequence,
    /// The client's id.
    pub id: TransferId,
    /// What it does.
    pub kind: TransferKind,
    /// How much, in minor units of its accounts' currency. More than zero.
    pub amount: Amount,
    /// The debited side.
    pub debit: Entry,
    /// The credited side.
    pub credit: Entry,
    /// When the ledger took it: later than both accounts' previous transfers.
    pub recorded_at: Instant,
    /// When it counts for the books.
    pub effective_at: Instant,
    /// The journal it was posted in.
    pub journal_id: Option<Uuid>,
    /// The hold that it is about; a hold names itself.
    pub hold_id: Option<TransferId>,
    /// The transfer that it undoes.
    pub reversed_id: Option<TransferId>,
    /// When a hold gives up by itself what was not captured.
    pub expires_at: Option<Instant>,
    /// The most that was asked for, where the amount was left to what is available; `Amount::MAX` for all of it.
    pub up_to: Option<Amount>,
    /// The text that the id was made from.
    pub key: Option<Key>,
    /// The part of its request that no row shows.
    pub request_digest: Option<RequestDigest>,
    /// Who asked for it. A repetition of the request may come from somebody else.
    pub actor: Actor,
    /// What the clock said, where the transfer is recorded so much later, because an account's newest entry was, that days or expiries
    /// could tell. Always before `recorded_at`.
    pub clock_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
    /// Covers all of the above but the sequences, and both accounts' history before it.
    pub hash: Hash,
}

impl Transfer {
    /// When the ledger took it by the clock. Days, months and relative expiries are counted from here.
    #[must_use]
    pub fn clock_time(&self) -> Instant {
        self.clock_at.unwrap_or(self.recorded_at)
    }

    /// The side on which one of its two accounts stands.
    #[must_use]
    pub fn side_of(&self, account: AccountId) -> NormalSide {
        if self.debit.account_id == account { NormalSide::Debit } else { NormalSide::Credit }
    }

    /// The entry on a side.
    #[must_use]
    pub const fn entry_on(&self, side: NormalSide) -> &Entry {
        match side {
            NormalSide::Debit => &self.debit,
            NormalSide::Credit => &self.credit,
        }
    }

    /// The entry of an account, or `None` if the transfer does not touch it.
    #[must_use]
    pub fn entry_of(&self, account: AccountId) -> Option<&Entry> {
        [&self.debit, &self.credit].into_iter().find(|entry| entry.account_id == account)
    }
}

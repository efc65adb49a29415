//! What happened to an account other than transfers: changes of limits, state and metadata.

use uuid::Uuid;

use crate::facts::account::Terms;
use crate::facts::hash::Hash;
use crate::facts::ids::{AccountId, Sequence, TransferId};
use crate::facts::instant::Instant;
use crate::facts::text::{Actor, Description, Metadata};

/// What an event says of metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The transfer that it is kept beside; `None` for the account's own metadata.
    pub transfer_id: Option<TransferId>,
    /// What was kept before.
    pub before: Metadata,
    /// What is kept from then on.
    pub after: Metadata,
}

/// A change of what an account may do, or of what is kept beside it or one of its transfers, as it is recorded: part of the account's
/// chain, between two of its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEvent {
    /// The account.
    pub account_id: AccountId,
    /// The number of the event among those of its account, from 1.
    pub number: i64,
    /// Its number among all transfers and events of the book.
    pub sequence: Sequence,
    /// How many transfers had touched the account before it.
    pub version: i64,
    /// When the ledger took it: later than the account's newest transfer and event before it.
    pub recorded_at: Instant,
    /// What the account could do before.
    pub before: Terms,
    /// What it can do from then on.
    pub after: Terms,
    /// The change of metadata, where it is that; what the account can do stays as it is then.
    pub annotation: Option<Annotation>,
    /// Who wanted it so.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
    /// The journal that it is part of.
    pub journal_id: Option<Uuid>,
    /// Covers all of the above but the sequence, and the account's history before it.
    pub hash: Hash,
}

/// The newest event of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastEvent {
    /// Its number.
    pub number: i64,
    /// Its sequence in the book.
    pub sequence: Sequence,
    /// When it was recorded.
    pub recorded_at: Instant,
}

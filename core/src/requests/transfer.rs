//! What clients ask for, one by one.

use crate::facts::{Description, Instant, Metadata, RequestId};
use crate::money::Money;
use crate::requests::condition::Condition;
use crate::requests::parties::Parties;
use crate::requests::quantity::Quantity;
use crate::requests::stage::{Resolved, Stage};

/// One amount from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferRequest<S: Stage = Resolved> {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// Between whom.
    pub parties: Parties,
    /// How much. What is available is that of the account that falls, the first that is named where both do, and never more than
    /// brings it to zero: an overdraft is only used by an exact amount.
    pub quantity: Quantity<S::Money>,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
    /// What must hold for it to be posted. Not looked at again when the request is repeated.
    pub conditions: Vec<Condition<S::Money>>,
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

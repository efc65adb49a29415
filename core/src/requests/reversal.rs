//! Undoing a transfer.

use crate::facts::{Description, Metadata, Reference, RequestId};
use crate::requests::quantity::Quantity;
use crate::requests::stage::{Resolved, Stage};

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
pub struct ReversalRequest<S: Stage = Resolved> {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The transfer to undo.
    pub reversed: S::Reference,
    /// How much of it. What is available is what was not reversed yet.
    pub quantity: Quantity<S::Money>,
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

//! Operations that happen together or not at all, and undoing them.

use crate::facts::{Description, Metadata, Reference, RequestId, TransferId};
use crate::requests::operation::Operation;
use crate::requests::reversal::ReversalTime;
use crate::requests::stage::{Resolved, Stage};

/// Operations that happen together or not at all, each seeing the effects of those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRequest<S: Stage = Resolved> {
    id: RequestId,
    legs: Vec<Operation<S>>,
}

impl<S: Stage> JournalRequest<S> {
    /// A journal of these legs, in order. Their ids are replaced by ids that follow from the journal's.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, mut legs: Vec<Operation<S>>) -> Self {
        let id = id.into();
        for (index, leg_id) in (0..).zip(legs.iter_mut().filter_map(Operation::request_id_mut)) {
            *leg_id = id.of_leg(index);
        }
        Self { id, legs }
    }

    /// The journal's id, which is that of its first transfer too.
    #[must_use]
    pub const fn id(&self) -> TransferId {
        self.id.id()
    }

    /// The journal's id, with its key.
    #[must_use]
    pub const fn request_id(&self) -> &RequestId {
        &self.id
    }

    /// The legs, in order.
    #[must_use]
    pub fn legs(&self) -> &[Operation<S>] {
        &self.legs
    }
}

/// Undoes a journal as a whole, judged at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalReversalRequest<S: Stage = Resolved> {
    /// The id of the journal of reversals. Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The journal to undo.
    pub journal: S::Reference,
    /// When the reversals count for the books.
    pub at: ReversalTime,
    /// For people; each reversal has it.
    pub description: Option<Description>,
    /// For programs; each reversal has it.
    pub metadata: Metadata,
}

impl JournalReversalRequest {
    /// A reversal that counts from when it is recorded, without description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, journal: impl Into<Reference>) -> Self {
        Self {
            id: id.into(),
            journal: journal.into(),
            at: ReversalTime::Now,
            description: None,
            metadata: Metadata::default(),
        }
    }
}

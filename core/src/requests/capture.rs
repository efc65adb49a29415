//! Posting value that a hold reserved.

use crate::facts::{AccountName, Description, Instant, Metadata, Reference, RequestId};
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::quantity::Quantity;
use crate::requests::scope::Scope;
use crate::requests::stage::{Resolved, Stage, Written};
use crate::requests::unseen::UnseenField;
use crate::requests::verb::Verb;

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
pub struct CaptureRequest<S: Stage = Resolved> {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The hold.
    pub hold: S::Reference,
    /// How much of it. What is available is what is left of the hold.
    pub quantity: Quantity<S::Money>,
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

impl<S: Stage> OperationRequest for CaptureRequest<S> {
    fn verb(&self) -> Option<Verb> {
        Some(Verb::Capture)
    }

    fn request_id(&self) -> Option<&RequestId> {
        Some(&self.id)
    }

    fn request_id_mut(&mut self) -> Option<&mut RequestId> {
        Some(&mut self.id)
    }

    fn changed_account(&self) -> Option<&AccountName> {
        None
    }
}

impl WrittenOperation for CaptureRequest<Written> {
    type Resolved = CaptureRequest;

    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        needs.add_reference_with(&self.hold, &self.quantity);
    }

    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<CaptureRequest, B::Error> {
        let hold = book.reference(&self.hold)?;
        Ok(CaptureRequest {
            id: self.id.clone(),
            quantity: book.quantity_of(&self.quantity, &hold)?,
            hold,
            remainder: self.remainder,
            effective_at: self.effective_at,
            description: self.description.clone(),
            metadata: self.metadata.clone(),
        })
    }
}

impl ResolvedOperation for CaptureRequest {
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        scope.has_effective_times |= self.effective_at.is_some();
        scope.hold_ids.push(self.hold.id());
        scope.ids.push(self.id.id().of_remainder());
    }

    fn currency_source(&self) -> Option<CurrencySource> {
        Some(CurrencySource::Transfer(self.hold.id()))
    }

    /// A capture that is final releases nothing where nothing was left.
    fn unseen(&self) -> Vec<UnseenField<'_>> {
        match self.remainder {
            Remainder::Keep => Vec::new(),
            Remainder::Release => vec![UnseenField::Text("final")],
        }
    }
}

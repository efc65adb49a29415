//! Undoing a transfer.

use crate::facts::{AccountName, Description, Metadata, Reference, RequestId};
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::quantity::Quantity;
use crate::requests::scope::Scope;
use crate::requests::stage::{Resolved, Stage, Written};
use crate::requests::verb::Verb;

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

impl<S: Stage> OperationRequest for ReversalRequest<S> {
    fn verb(&self) -> Option<Verb> {
        Some(Verb::Reverse)
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

impl WrittenOperation for ReversalRequest<Written> {
    type Resolved = ReversalRequest;

    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        needs.add_reference_with(&self.reversed, &self.quantity);
    }

    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<ReversalRequest, B::Error> {
        let reversed = book.reference(&self.reversed)?;
        Ok(ReversalRequest {
            id: self.id.clone(),
            quantity: book.quantity_of(&self.quantity, &reversed)?,
            reversed,
            at: self.at,
            description: self.description.clone(),
            metadata: self.metadata.clone(),
        })
    }
}

impl ResolvedOperation for ReversalRequest {
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        scope.has_effective_times |= self.at == ReversalTime::Original;
        scope.reversed_ids.push(self.reversed.id());
        scope.ids.push(self.reversed.id());
    }

    fn currency_source(&self) -> Option<CurrencySource> {
        Some(CurrencySource::Transfer(self.reversed.id()))
    }
}

//! Giving up value that a hold reserved.

use crate::facts::{AccountName, Description, Metadata, Reference, RequestId};
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::scope::Scope;
use crate::requests::stage::{Resolved, Stage, Written};
use crate::requests::verb::Verb;

/// Gives up what is left of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRequest<S: Stage = Resolved> {
    /// Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The hold.
    pub hold: S::Reference,
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

impl<S: Stage> OperationRequest for ReleaseRequest<S> {
    fn verb(&self) -> Option<Verb> {
        Some(Verb::Release)
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

impl WrittenOperation for ReleaseRequest<Written> {
    type Resolved = ReleaseRequest;

    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        needs.add_reference(&self.hold);
    }

    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<ReleaseRequest, B::Error> {
        let Self { id, hold, description, metadata } = self;
        let (description, metadata) = (description.clone(), metadata.clone());
        Ok(ReleaseRequest { id: id.clone(), hold: book.reference(hold)?, description, metadata })
    }
}

impl ResolvedOperation for ReleaseRequest {
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        scope.hold_ids.push(self.hold.id());
    }

    fn currency_source(&self) -> Option<CurrencySource> {
        Some(CurrencySource::Transfer(self.hold.id()))
    }
}

//! What is kept beside accounts and transfers, and how it changes.

use std::collections::BTreeSet;

use crate::facts::{AccountName, Actor, Description, Metadata, Reference, RequestId, TextError, WrittenReference};
use crate::requests::lookups::{BookLookup, CurrencySource, Needs};
use crate::requests::operation_request::{OperationRequest, ResolvedOperation, WrittenOperation};
use crate::requests::place::Placed;
use crate::requests::scope::Scope;
use crate::requests::unseen::UnseenField;
use crate::requests::verb::Verb;

/// What metadata is kept beside.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnnotationTarget<R = Reference> {
    /// An account.
    Account(AccountName),
    /// A transfer.
    Transfer(R),
}

/// What becomes of metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataChange {
    /// These are there afterwards, in the place of what their keys had.
    pub set: Metadata,
    /// These keys are gone afterwards.
    pub remove: BTreeSet<String>,
}

impl MetadataChange {
    /// The metadata afterwards.
    ///
    /// # Errors
    /// [`TextError::TooMany`].
    pub fn apply(&self, before: &Metadata) -> Result<Metadata, TextError> {
        let mut entries = before.entries().clone();
        entries.retain(|key, _| !self.remove.contains(key));
        entries.extend(self.set.entries().iter().map(|(key, value)| (key.clone(), value.clone())));
        Metadata::new(entries)
    }
}

/// Changes what is kept beside an account or a transfer. The transfer's row stays as it was; the change is recorded in the chain of the
/// account that it debited. A change to what is there already does nothing, so it needs no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationRequest<R = Reference> {
    /// What it is kept beside.
    pub target: AnnotationTarget<R>,
    /// What becomes of it.
    pub change: MetadataChange,
    /// Who wants it so.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
}

impl<R> AnnotationRequest<R> {
    /// A change without a reason.
    #[must_use]
    pub const fn new(target: AnnotationTarget<R>, change: MetadataChange, actor: Actor) -> Self {
        Self { target, change, actor, reason: None }
    }
}

impl<R> OperationRequest for AnnotationRequest<R> {
    fn verb(&self) -> Option<Verb> {
        Some(Verb::Annotate)
    }

    fn request_id(&self) -> Option<&RequestId> {
        None
    }

    fn request_id_mut(&mut self) -> Option<&mut RequestId> {
        None
    }

    fn changed_account(&self) -> Option<&AccountName> {
        match &self.target {
            AnnotationTarget::Account(name) => Some(name),
            AnnotationTarget::Transfer(_) => None,
        }
    }
}

impl WrittenOperation for AnnotationRequest<Placed<WrittenReference>> {
    type Resolved = AnnotationRequest;

    fn add_needs<'a>(&'a self, needs: &mut Needs<'a>) {
        match &self.target {
            AnnotationTarget::Account(name) => _ = needs.names.insert(name),
            AnnotationTarget::Transfer(transfer) => needs.add_reference(transfer),
        }
    }

    fn resolve<B: BookLookup>(&self, book: &mut B) -> Result<AnnotationRequest, B::Error> {
        let Self { target, change, actor, reason } = self;
        let target = match target {
            AnnotationTarget::Account(name) => AnnotationTarget::Account(name.clone()),
            AnnotationTarget::Transfer(transfer) => AnnotationTarget::Transfer(book.reference(transfer)?),
        };
        Ok(AnnotationRequest { target, change: change.clone(), actor: actor.clone(), reason: reason.clone() })
    }
}

impl ResolvedOperation for AnnotationRequest {
    fn add_to<'a>(&'a self, scope: &mut Scope<'a>) {
        if let AnnotationTarget::Transfer(transfer) = &self.target {
            scope.annotated_ids.push(transfer.id());
            scope.ids.push(transfer.id());
        }
    }

    fn currency_source(&self) -> Option<CurrencySource> {
        None
    }

    /// All of it but the actor, as for an account's change.
    fn unseen(&self) -> Vec<UnseenField<'_>> {
        let (word, target) = match &self.target {
            AnnotationTarget::Account(name) => ("annotate account", UnseenField::Text(name.as_str())),
            AnnotationTarget::Transfer(transfer) => ("annotate transfer", UnseenField::Id(transfer.id().0)),
        };
        let removed = self.change.remove.len();
        let removed = UnseenField::Integer(i64::try_from(removed).unwrap_or(i64::MAX));
        let mut fields = vec![UnseenField::Text(word), target, UnseenField::Metadata(&self.change.set), removed];
        fields.extend(self.change.remove.iter().map(|key| UnseenField::Text(key)));
        fields.push(UnseenField::Reason(self.reason.as_ref()));
        fields
    }
}

//! What is kept beside accounts and transfers, and how it changes.

use std::collections::BTreeSet;

use crate::facts::{AccountName, Actor, Description, Metadata, Reference, TextError};

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

use crate::facts::{AccountEvent, AccountName, Instant, Metadata, Sequence, TransferId};
use crate::requests::AnnotationTarget;
use crate::wire::records::text;

record! {
    /// What is kept beside an account or a transfer.
    pub struct MetadataRecord {
        /// The account that it is kept beside; null where it is a transfer.
        account: Option<AccountName>,
        /// The transfer that it is kept beside; null where it is an account.
        transfer: Option<TransferId>,
        /// As it was known then; null where it is as it is now.
        recorded_at: Option<Instant>,
        /// Texts by their keys; empty where there are none.
        metadata: Metadata,
    }
    table { account, transfer, metadata }
}

impl MetadataRecord {
    /// What is kept beside something, as it was known at a moment.
    #[must_use]
    pub fn new(target: &AnnotationTarget, recorded_at: Option<Instant>, metadata: Metadata) -> Self {
        let (account, transfer) = match target {
            AnnotationTarget::Account(name) => (Some(name.clone()), None),
            AnnotationTarget::Transfer(transfer) => (None, Some(transfer.id())),
        };
        Self { account, transfer, recorded_at, metadata }
    }
}

record! {
    /// A change of what is kept beside an account or a transfer.
    pub struct MetadataChangeRecord {
        /// Its number in the book's one order.
        sequence: Sequence,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// The metadata before the change.
        before: Metadata,
        /// The metadata after the change.
        after: Metadata,
        /// Who asked for it.
        actor: String,
        /// The reason that was given; null where there is none.
        reason: Option<String>,
    }
    table { sequence, recorded_at, after, actor } room { reason, before }
}

impl MetadataChangeRecord {
    /// The record of an event, where it is about metadata.
    #[must_use]
    pub fn of(event: &AccountEvent) -> Option<Self> {
        let annotation = event.annotation.as_ref()?;
        Some(Self {
            sequence: event.sequence,
            recorded_at: event.recorded_at,
            before: annotation.before.clone(),
            after: annotation.after.clone(),
            actor: event.actor.to_string(),
            reason: text(event.reason.as_ref()),
        })
    }
}

//! Records of metadata, of its changes, and of the indexes over it.

use crate::facts::{AccountEvent, AccountName, Instant, Metadata, MetadataKey, Sequence, TransferId};
use crate::ledger::Mode;
use crate::requests::AnnotationTarget;
use crate::store::{MetadataIndex, MetadataOf};
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

record! {
    /// An index over what is kept under a key.
    pub struct MetadataIndexRecord {
        /// What the metadata is kept beside: `accounts` or `transfers`.
        of: &'static str,
        /// The key.
        key: String,
        /// `ready`, or `unfinished` where it is being built or its building was broken off.
        state: &'static str,
        /// How often it was used since the server began to count; null on SQLite.
        uses: Option<i64>,
        /// How many bytes it takes; null on SQLite.
        bytes: Option<i64>,
    }
}

impl From<&MetadataIndex> for MetadataIndexRecord {
    fn from(index: &MetadataIndex) -> Self {
        let MetadataIndex { of, key, state, bytes, uses } = index;
        Self { of: of.as_str(), key: key.clone(), state: state.as_str(), uses: *uses, bytes: *bytes }
    }
}

record! {
    /// An index over metadata that was added or removed.
    pub struct MetadataIndexChangeRecord {
        /// What the metadata is kept beside: `accounts` or `transfers`.
        of: &'static str,
        /// The key.
        key: String,
        /// Whether it is there now.
        indexed: bool,
        /// Whether it was so before.
        replayed: bool,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
    }
    table { of, key, indexed, replayed }
}

impl MetadataIndexChangeRecord {
    /// An index that is there now, or was there before.
    #[must_use]
    pub fn added((of, key): (MetadataOf, &MetadataKey), changed: bool, mode: Mode) -> Self {
        Self { of: of.as_str(), key: key.to_string(), indexed: true, replayed: !changed, dry_run: mode == Mode::DryRun }
    }

    /// An index that is gone now, or was not there before.
    #[must_use]
    pub fn removed((of, key): (MetadataOf, &MetadataKey), changed: bool, mode: Mode) -> Self {
        Self {
            of: of.as_str(),
            key: key.to_string(),
            indexed: false,
            replayed: !changed,
            dry_run: mode == Mode::DryRun,
        }
    }
}

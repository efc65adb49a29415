//! The metadata of accounts and transfers, now and in the past.

use crate::error::Error;
use crate::facts::{AccountEvent, Instant, Metadata};
use crate::ledger::Ledger;
use crate::ledger::accounts::first_events::FirstEvents;
use crate::ledger::accounts::get_account_in;
use crate::ledger::log;
use crate::ledger::transfers::named::get_named_transfer;
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::requests::{AnnotationRequest, AnnotationTarget, BatchPolicy, Request};
use crate::store::{Access, AnnotatedId, Store, StoreError};

impl Ledger {
    /// Changes the metadata of an account or a transfer, adds a record of the change to an account's chain, and returns the metadata after the
    /// change. A transfer's change is recorded in the chain of the account that it debited. A change to what is already so does nothing.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), `TransferUnknown`, `JournalNamed`, `MetadataTooLarge`,
    /// `ClockBehind`; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::Metadata;
    /// use teller::requests::{AnnotationRequest, AnnotationTarget, MetadataChange};
    ///
    /// let alice = AnnotationTarget::Account("customers:alice".parse()?);
    /// let set = Metadata::new([("segment".to_owned(), "retail".into())].into())?;
    /// let change = MetadataChange { set, ..Default::default() };
    /// let request = AnnotationRequest::new(alice, change, "crm".parse()?);
    /// let metadata = ledger.annotate(&request, Mode::Commit)?;
    /// assert!(metadata.entries().contains_key("segment"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn annotate(&self, request: &AnnotationRequest, options: impl Into<WriteOptions>) -> Result<Metadata, Error> {
        let mode = options.into().mode;
        let requests = [Request::from(request.clone())];
        let mut posting = self.posting(&requests, BatchPolicy::CarryOn, mode);
        let kept = self.pool.transaction(Access::Write, |store| {
            posting.attempt(store, &[])?.into_outcome()?.only_answer()?;
            let kept = metadata_in(store, &request.target, Instant::MAX, self.clock.now())?;
            Ok(match mode {
                Mode::Commit => kept,
                // Nothing was written. The change was judged behind the lock, so it fits.
                Mode::DryRun => request.change.apply(&kept).unwrap_or(kept),
            })
        })?;
        log::changed("metadata", true, mode);
        Ok(kept)
    }

    /// Returns the metadata of an account or a transfer as it was at a moment, which is empty before the account or transfer existed. `None` is
    /// now.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), `TransferUnknown`, `JournalNamed`; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::requests::AnnotationTarget;
    ///
    /// let alice = AnnotationTarget::Account("customers:alice".parse()?);
    /// assert!(ledger.metadata_as_of(&alice, None)?.entries().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metadata_as_of(&self, target: &AnnotationTarget, known_at: Option<Instant>) -> Result<Metadata, Error> {
        let known_at = known_at.unwrap_or(Instant::MAX);
        self.pool.transaction(Access::Read, |store| metadata_in(store, target, known_at, self.clock.now()))
    }

    /// Returns up to `limit` changes of the metadata of an account or a transfer, newest first. `below` is the sequence of the last change of the
    /// page before. Every event has an [`AccountEvent::annotation`].
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), `TransferUnknown`, `JournalNamed`; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::requests::AnnotationTarget;
    ///
    /// let alice = AnnotationTarget::Account("customers:alice".parse()?);
    /// assert!(ledger.annotations(&alice, None, 10)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn annotations(
        &self,
        target: &AnnotationTarget,
        below: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AccountEvent>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let of = find(store, target, self.clock.now())?.0;
            Ok(store.list_annotations(of, Instant::MAX, below.unwrap_or(i64::MAX), limit.into())?)
        })
    }
}

fn metadata_in(
    store: &mut dyn Store,
    target: &AnnotationTarget,
    known_at: Instant,
    now: Instant,
) -> Result<Metadata, Error> {
    let (of, first, begin) = find(store, target, now)?;
    let newest = store.list_annotations(of, known_at, i64::MAX, 1)?.pop();
    let first = if begin <= known_at { first } else { Metadata::default() };
    Ok(newest.and_then(|event| event.annotation).map_or(first, |annotation| annotation.after))
}

/// The id of an account or a transfer, its first metadata, and when that was recorded.
fn find(
    store: &mut dyn Store,
    target: &AnnotationTarget,
    now: Instant,
) -> Result<(AnnotatedId, Metadata, Instant), Error> {
    match target {
        AnnotationTarget::Account(name) => {
            let account = get_account_in(store, name, now)?;
            let opened_with =
                FirstEvents::of_accounts(store, &[account.id])?.opened_with(&account).map_err(StoreError::from)?;
            Ok((AnnotatedId::Account(account.id), opened_with.metadata, account.opened_at))
        }
        AnnotationTarget::Transfer(named) => {
            let transfer = get_named_transfer(store, named)?;
            Ok((AnnotatedId::Transfer(transfer.id), transfer.metadata, transfer.recorded_at))
        }
    }
}

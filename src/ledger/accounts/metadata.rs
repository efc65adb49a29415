//! What is kept beside accounts and transfers, now and as it was.

use crate::error::Error;
use crate::facts::{AccountEvent, Instant, Metadata};
use crate::ledger::Ledger;
use crate::ledger::accounts::first_events::FirstEvents;
use crate::ledger::accounts::get_account_in;
use crate::ledger::log;
use crate::ledger::mode::Mode;
use crate::rejection::Rejection;
use crate::requests::{AnnotationRequest, AnnotationTarget, BatchPolicy, Request};
use crate::store::{Access, AnnotatedId, Store, StoreError};

impl Ledger {
    /// Changes what is kept beside an account or a transfer, keeps a record of it in an account's chain, and answers with what is kept
    /// then. A change to what is there already does nothing.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Rejection::TransferUnknown`], [`Rejection::MetadataTooLarge`], [`Error::Store`].
    pub fn annotate(&self, request: &AnnotationRequest, mode: Mode) -> Result<Metadata, Error> {
        let requests = [Request::from(request.clone())];
        let mut posting = self.posting(&requests, BatchPolicy::CarryOn, mode);
        let kept = self.pool.transaction(Access::Write, |store| {
            posting.attempt(store, &[])?.or_begin_anew()?.only_answer()?;
            let kept = metadata_in(store, &request.target, Instant::MAX, self.clock.now())?;
            Ok(match mode {
                Mode::Commit => kept,
                // Nothing was written, and what was judged behind the lock fits.
                Mode::DryRun => request.change.apply(&kept).unwrap_or(kept),
            })
        })?;
        log::changed("metadata", true, mode);
        Ok(kept)
    }

    /// What was kept beside an account or a transfer, as it was known at a moment: nothing before that was there. `None` is now.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Rejection::TransferUnknown`], [`Error::Store`].
    pub fn metadata_as_of(&self, target: &AnnotationTarget, known_at: Option<Instant>) -> Result<Metadata, Error> {
        let known_at = known_at.unwrap_or(Instant::MAX);
        self.pool.transaction(Access::Read, |store| metadata_in(store, target, known_at, self.clock.now()))
    }

    /// Up to `limit` changes of what is kept beside an account or a transfer, newest first; `below` is the place of the last one on the
    /// page before. Each has an [`AccountEvent::annotation`].
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Rejection::TransferUnknown`], [`Error::Store`].
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

/// The id of what metadata is kept beside, what was kept there first, and since when.
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
            let id = named.id();
            let transfer = store.find_transfers(&[id])?.pop();
            let transfer = transfer.ok_or_else(|| Rejection::TransferUnknown { transfer: named.clone() })?;
            if transfer.journal_id == Some(id.0) && !named.is_by_sequence() {
                let transfers = store.find_journals(&[id.0])?.len();
                return Err(Rejection::JournalNamed { journal: named.clone(), transfers }.into());
            }
            Ok((AnnotatedId::Transfer(id), transfer.metadata, transfer.recorded_at))
        }
    }
}

pub(super) mod exchange;

use crate::error::Error;
use crate::facts::{Reference, Sequence, Transfer, TransferId};
use crate::ledger::Ledger;
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::posting::receipts::{Posted, Receipt};
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

impl Ledger {
    /// A journal's transfers, in order.
    ///
    /// # Errors
    /// [`Rejection::JournalUnknown`], [`Error::Store`].
    pub fn get_journal(&self, journal: impl Into<Reference>) -> Result<Receipt, Error> {
        let journal = journal.into();
        let id = journal.id();
        self.pool.transaction(Access::Read, |store| {
            let mut transfers = store.find_journals(&[id.0])?;
            if transfers.is_empty() {
                return Err(Rejection::JournalUnknown { journal: journal.clone() }.into());
            }
            transfers.sort_unstable_by_key(|transfer| transfer.sequence);
            Ok(Receipt { journal_id: Some(id), transfers: with_names(store, transfers)?, replayed: false })
        })
    }

    /// The transfer that is named. By the id of a journal that is its first one, which has the same id.
    ///
    /// # Errors
    /// [`Rejection::TransferUnknown`], [`Error::Store`].
    pub fn get_transfer(&self, transfer: impl Into<Reference>) -> Result<Posted, Error> {
        let transfer = transfer.into();
        Ok(self.find_transfers(&[transfer.id()])?.pop().ok_or(Rejection::TransferUnknown { transfer })?)
    }

    /// Those of the transfers that exist, in no particular order.
    pub(crate) fn find_transfers(&self, ids: &[TransferId]) -> Result<Vec<Posted>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let found = store.find_transfers(ids)?;
            Ok(with_names(store, found)?)
        })
    }

    /// The transfer at a place in the book, if there is one.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn find_transfer_at(&self, sequence: Sequence) -> Result<Option<Posted>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let found = store.find_transfer_at(sequence)?;
            Ok(with_names(store, found.into_iter().collect())?.pop())
        })
    }
}

fn with_names(store: &mut dyn Store, transfers: Vec<Transfer>) -> Result<Vec<Posted>, StoreError> {
    let accounts = |transfer: &Transfer| [transfer.debit.account_id, transfer.credit.account_id];
    let labels = AccountLabels::find(store, transfers.iter().flat_map(accounts))?;
    let posted = |transfer: Transfer| Ok(labels.posted(transfer, false)?);
    transfers.into_iter().map(posted).collect()
}

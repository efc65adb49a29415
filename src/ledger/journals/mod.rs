//! Reading journals and transfers.
//!
//! What belongs here: reading what was posted. What does not: posting, which is in [`transfers`](crate::ledger::transfers).

pub(super) mod exchange;
pub(super) mod listing;

use crate::error::Error;
use crate::facts::{Reference, Sequence, Transfer, TransferId};
use crate::ledger::Ledger;
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::posting::receipts::{Posted, Receipt};
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

impl Ledger {
    /// Returns a journal's transfers, in the order of their sequences.
    ///
    /// # Errors
    /// [`Rejection::JournalUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::TransferId;
    /// use teller::requests::JournalRequest;
    ///
    /// let order = TransferId::from_key("order 7")?;
    /// let legs = vec![support::payment(&ledger, "price", "50.00")?.into()];
    /// ledger.post_journal(&JournalRequest::new(order, legs), Mode::Commit)?;
    /// assert_eq!(ledger.get_journal(order)?.transfers.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Returns a transfer. The id of a journal means its first transfer, which has the same id.
    ///
    /// # Errors
    /// [`Rejection::TransferUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::TransferId;
    ///
    /// let deposit = ledger.get_transfer(TransferId::from_key("deposit 1")?)?;
    /// assert_eq!(deposit.credit_account.as_str(), "customers:alice");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Returns the transfer with that sequence; `None` if an event has it, or nothing.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::{Sequence, TransferId};
    ///
    /// let deposit = ledger.get_transfer(TransferId::from_key("deposit 1")?)?;
    /// assert_eq!(ledger.find_transfer_at(deposit.transfer.sequence)?, Some(deposit));
    /// assert_eq!(ledger.find_transfer_at(Sequence(1_000))?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find_transfer_at(&self, sequence: Sequence) -> Result<Option<Posted>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let found = store.find_transfer_at(sequence)?;
            Ok(with_names(store, found.into_iter().collect())?.pop())
        })
    }
}

/// Transfers with the names of their accounts.
pub(in crate::ledger) fn with_names(
    store: &mut dyn Store,
    transfers: Vec<Transfer>,
) -> Result<Vec<Posted>, StoreError> {
    let accounts = |transfer: &Transfer| [transfer.debit.account_id, transfer.credit.account_id];
    let labels = AccountLabels::find(store, transfers.iter().flat_map(accounts))?;
    let posted = |transfer: Transfer| Ok(labels.posted(transfer, false)?);
    transfers.into_iter().map(posted).collect()
}

//! Proving one transfer by its hash: it is computed anew from what the transfer says, and from the heads of both accounts' chains before it.

use crate::error::Error;
use crate::facts::{Hash, NormalSide, Reference, Transfer};
use crate::ledger::Ledger;
use crate::ledger::proof::verify::account::Others;
use crate::ledger::transfers::named::get_named_transfer;
use crate::proof::hash_transfer;
use crate::store::{Access, Store, StoreError};

/// What the hash of a transfer is, and what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferCheck {
    /// The hash that is stored.
    pub stored: Hash,
    /// The hash that was computed; or why it cannot be.
    pub computed: Result<Hash, String>,
}

impl TransferCheck {
    /// Whether the transfer is what was posted, if the chains before it are.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.computed.as_ref() == Ok(&self.stored)
    }
}

impl Ledger {
    /// Computes the hash of one transfer anew. Costs a few look-ups, whatever the book's size. What stands before the transfer in both chains is
    /// taken as it is stored; [`Ledger::verify_account`] and [`Ledger::verify`] prove that too.
    ///
    /// # Errors
    /// [`Rejection::TransferUnknown`](crate::rejection::Rejection::TransferUnknown), `JournalNamed`; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    ///
    /// let posted = ledger.post(support::payment(&ledger, "rent", "30.00")?, Mode::Commit)?;
    /// assert!(ledger.check_transfer(posted.transfer.id)?.is_right());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_transfer(&self, transfer: impl Into<Reference>) -> Result<TransferCheck, Error> {
        let named = transfer.into();
        self.pool.transaction(Access::Read, |store| {
            let transfer = get_named_transfer(store, &named)?;
            let debit = head_before(store, &transfer, NormalSide::Debit)?;
            let credit = head_before(store, &transfer, NormalSide::Credit)?;
            let computed = debit.and_then(|debit| Ok(hash_transfer(&transfer, debit, credit?)));
            Ok(TransferCheck { stored: transfer.hash, computed })
        })
    }
}

/// The head that the account on one side had before the transfer, found from the other side.
fn head_before(
    store: &mut dyn Store,
    transfer: &Transfer,
    side: NormalSide,
) -> Result<Result<Hash, String>, StoreError> {
    let (entry, other) = (transfer.entry_on(side), transfer.entry_on(side.opposite()).account_id);
    let rows = store.chain_rows(other, transfer.sequence, 1)?;
    let others = Others::of(store, other, &rows)?;
    let found = rows.into_iter().next().and_then(|(_, head)| head);
    Ok(others.head_before(entry, found))
}

//! The transfer that a reference names.

use crate::error::Error;
use crate::facts::{Reference, Transfer};
use crate::rejection::Rejection;
use crate::store::Store;

/// The transfer of that name. The name of a journal is not that of its first transfer, though both have one id.
///
/// # Errors
/// [`Rejection::TransferUnknown`], [`Rejection::JournalNamed`], [`Error::Store`].
pub(in crate::ledger) fn get_named_transfer(store: &mut dyn Store, named: &Reference) -> Result<Transfer, Error> {
    let id = named.id();
    let transfer = store.find_transfers(&[id])?.pop();
    let transfer = transfer.ok_or_else(|| Rejection::TransferUnknown { transfer: named.clone() })?;
    if transfer.journal_id == Some(id.0) && !named.is_by_sequence() {
        let transfers = store.find_journals(&[id.0])?.len();
        return Err(Rejection::JournalNamed { journal: named.clone(), transfers }.into());
    }
    Ok(transfer)
}

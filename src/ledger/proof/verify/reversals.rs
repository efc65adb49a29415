//! Reversals, compared with the transfers that they reverse.

use std::collections::{HashMap, HashSet};

use crate::facts::{Transfer, TransferId, TransferKind};
use crate::ledger::proof::verify::walk::Walk;
use crate::models::transfers::TransferRow;
use crate::store::{Store, StoreError};

/// Reversed transfers, and all their reversals.
pub(in crate::ledger) struct Reversed {
    originals: HashMap<TransferId, Transfer>,
    reversals: Vec<Transfer>,
}

impl Reversed {
    pub(super) fn of_rows<'a>(
        store: &mut dyn Store,
        transfers: impl IntoIterator<Item = &'a TransferRow>,
    ) -> Result<Self, StoreError> {
        Self::read(store, transfers.into_iter().filter_map(|row| row.reversed_id?.id()).map(TransferId).collect())
    }

    pub(in crate::ledger) fn of(store: &mut dyn Store, transfers: &[Transfer]) -> Result<Self, StoreError> {
        Self::read(store, transfers.iter().filter_map(|transfer| transfer.reversed_id).collect())
    }

    fn read(store: &mut dyn Store, ids: HashSet<TransferId>) -> Result<Self, StoreError> {
        let ids: Vec<_> = ids.into_iter().collect();
        // Rows that cannot be read are findings of the walk.
        let originals = store.transfer_rows(&ids)?.into_iter().flat_map(Transfer::try_from);
        let reversals = store.reversal_rows(&ids)?.into_iter().flat_map(Transfer::try_from);
        Ok(Self {
            originals: originals.map(|original| (original.id, original)).collect(),
            reversals: reversals.collect(),
        })
    }
}

impl Walk {
    /// Adds a finding for each reversal of a page that reverses no transfer, another one than it says, or more than its amount.
    pub(in crate::ledger) fn check_reversals(&mut self, reversed: &Reversed, page: &[Transfer]) {
        for reversal in page.iter().filter(|transfer| transfer.kind == TransferKind::Reversal) {
            if let Some(problem) = problem_with(reversal, &reversed.originals, &reversed.reversals) {
                self.add_finding(Some(reversal.sequence), self.name_of(reversal.debit.account_id), problem.to_owned());
            }
        }
    }
}

fn problem_with(
    reversal: &Transfer,
    originals: &HashMap<TransferId, Transfer>,
    all: &[Transfer],
) -> Option<&'static str> {
    let Some(original) = reversal.reversed_id.and_then(|id| originals.get(&id)) else {
        return Some("it reverses a transfer that is not in the book");
    };
    let is_opposite = reversal.debit.account_id == original.credit.account_id
        && reversal.credit.account_id == original.debit.account_id
        && matches!(original.kind, TransferKind::Transfer | TransferKind::Capture)
        && original.sequence < reversal.sequence;
    if !is_opposite {
        return Some("it is not the opposite of the transfer that it reverses");
    }
    let so_far = |other: &&Transfer| other.reversed_id == reversal.reversed_id && other.sequence <= reversal.sequence;
    let reversed: i128 = all.iter().filter(so_far).map(|other| i128::from(other.amount.minor())).sum();
    (reversed > original.amount.minor().into()).then_some("more is reversed than there was")
}

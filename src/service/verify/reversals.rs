//! Reversals, compared with what they undo.

use std::collections::{HashMap, HashSet};

use super::walk::Walk;
use crate::rules::{Transfer, TransferId, TransferKind};
use crate::store::{Store, StoreError};

impl Walk {
    /// Finds reversals of a page that undo nothing, something else than they say, or more than there was.
    pub(in crate::service) fn check_reversals(
        &mut self,
        store: &mut dyn Store,
        page: &[Transfer],
    ) -> Result<(), StoreError> {
        let reversals: Vec<_> = page.iter().filter(|transfer| transfer.kind == TransferKind::Reversal).collect();
        let ids: HashSet<_> = reversals.iter().filter_map(|reversal| reversal.reversed_id).collect();
        if reversals.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = ids.into_iter().collect();
        // Rows that cannot be read are found by the walk.
        let originals = store.transfer_rows(&ids)?.into_iter().flat_map(Transfer::try_from);
        let originals: HashMap<_, _> = originals.map(|original| (original.id, original)).collect();
        let all: Vec<_> = store.reversal_rows(&ids)?.into_iter().flat_map(Transfer::try_from).collect();
        for reversal in reversals {
            if let Some(problem) = problem_with(reversal, &originals, &all) {
                self.find(Some(reversal.sequence), self.name_of(reversal.debit.account_id), problem.to_owned());
            }
        }
        Ok(())
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

//! Comparing a book with a seal that was made of it earlier.

use super::walk::Walk;
use crate::rules::{AccountId, Hash, MerkleTree, Seal, Sequence};

/// A seal, until the walk has come to the place where it was made.
pub(in crate::service) struct SealCheck(Seal);

impl SealCheck {
    pub(in crate::service) const fn new(seal: Seal) -> Self {
        Self(seal)
    }
}

impl Walk {
    /// Compares with the seal, when the walk comes to a place behind it.
    pub(super) fn check_seal_before(&mut self, sequence: i64) {
        if self.seal.as_ref().is_some_and(|SealCheck(seal)| seal.sequence.0 < sequence)
            && let Some(SealCheck(seal)) = self.seal.take()
        {
            self.check_seal(&seal);
        }
    }

    /// Compares with the seal where nothing has come behind it.
    pub(super) fn check_seal_at_end(&mut self, newest: i64) {
        let Some(SealCheck(seal)) = self.seal.take() else { return };
        if newest < seal.sequence.0 {
            let problem = format!("the book ends at place {newest}, the seal was made at place {}", seal.sequence);
            self.find(Some(Sequence(newest)).filter(|_| newest > 0), None, problem);
        }
        self.check_seal(&seal);
    }

    /// How many accounts have a number up to this one, and the Merkle root over them, as a seal has it.
    pub(in crate::service) fn root_up_to(&self, newest: AccountId) -> (usize, Hash) {
        let mut sealed: Vec<_> =
            self.accounts.iter().filter(|(id, _)| **id <= newest).map(|(_, walked)| walked).collect();
        sealed.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let mut tree = MerkleTree::default();
        for walked in &sealed {
            tree.push(&Seal::leaf(&walked.name, walked.version, walked.head));
        }
        if self.periods.number > 0 {
            tree.push(&Seal::periods_leaf(self.periods.number, self.periods.head));
        }
        (sealed.len(), tree.root())
    }

    fn check_seal(&mut self, seal: &Seal) {
        let (accounts, root) = self.root_up_to(seal.account_id);
        let counts = [
            ("accounts", i128::from(seal.accounts), accounts as i128),
            ("transfers", seal.transfers.into(), self.sealed_transfers(seal)),
        ];
        for (what, sealed, found) in counts {
            if sealed != found {
                let problem = format!("the seal was made over {sealed} {what}, up to its place there are {found}");
                self.find(Some(seal.sequence), None, problem);
            }
        }
        if root != seal.root {
            let problem = format!("the accounts' heads at the seal's place come to {root}, the seal has {}", seal.root);
            self.find(Some(seal.sequence), None, problem);
        }
    }

    /// Every transfer is counted by both its accounts.
    fn sealed_transfers(&self, seal: &Seal) -> i128 {
        let sealed = self.accounts.iter().filter(|(id, _)| **id <= seal.account_id);
        sealed.map(|(_, walked)| i128::from(walked.version)).sum::<i128>() / 2
    }
}

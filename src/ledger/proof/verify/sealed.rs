//! Comparing a book with an earlier seal of it.

use crate::error::Error;
use crate::facts::{AccountId, Hash, Sequence};
use crate::ledger::proof::verify::report::VerifyProgress;
use crate::ledger::proof::verify::walk::Walk;
use crate::ledger::proof::verify::walked::Walked;
use crate::proof::{MerkleTree, Seal};
use crate::store::Store;

/// The most names in memory at once.
const NAMES_PER_PAGE: i64 = 1_000;

/// The counts and the root of a seal.
pub(in crate::ledger) struct Sealed {
    accounts: i64,
    transfers: i128,
    pub(in crate::ledger) root: Hash,
}

impl Walk {
    /// Walks the whole book, and compares it with the seal at the sequence of the seal.
    pub(super) fn recompute_sealed(
        self,
        store: &mut dyn Store,
        seal: &Seal,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<Self, Error> {
        let mut walk = self.recompute_range(store, i64::MIN..=seal.sequence.0, progress)?;
        walk.check_seal(store, seal)?;
        match seal.sequence.0.checked_add(1) {
            Some(next) => walk.recompute_range(store, next..=i64::MAX, progress),
            None => Ok(walk),
        }
    }

    /// Makes the seal of the book as far as it was walked, over the accounts whose numbers are not above `newest`. Visits these in the
    /// order of their names, which the store gives, so the store must have all of them.
    pub(in crate::ledger) fn seal_through(
        &mut self,
        store: &mut dyn Store,
        newest: AccountId,
        visit: &mut dyn FnMut(AccountId, &Walked),
    ) -> Result<Sealed, Error> {
        let (mut accounts, mut versions, mut tree) = (0, 0, MerkleTree::default());
        let mut after = String::new();
        loop {
            let page = store.list_account_ids(&after, NAMES_PER_PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            let ids = page.into_iter().map(|(_, id)| AccountId(id)).filter(|id| *id <= newest);
            self.accounts.fetch(ids.clone())?;
            for (id, walked) in ids.filter_map(|id| Some((id, self.accounts.get(id)?))) {
                accounts += 1;
                versions += i128::from(walked.version);
                tree.push(&Seal::leaf(&walked.name, walked.version, walked.head));
                visit(id, walked);
            }
        }
        if self.of_book.number > 0 {
            tree.push(&Seal::book_events_leaf(self.of_book.number, self.of_book.head));
        }
        // Both accounts of a transfer count it.
        Ok(Sealed { accounts, transfers: versions / 2, root: tree.root() })
    }

    fn check_seal(&mut self, store: &mut dyn Store, seal: &Seal) -> Result<(), Error> {
        let newest = store.newest_sequence()?.unwrap_or(Sequence::UNASSIGNED);
        if newest < seal.sequence {
            let problem = format!("the book ends at place {newest}, the seal was made at place {}", seal.sequence);
            self.add_finding(Some(newest).filter(|newest| *newest > Sequence::UNASSIGNED), None, problem);
        }
        let found = self.seal_through(store, seal.account_id, &mut |_, _| {})?;
        let counts = [
            ("accounts", i128::from(seal.accounts), i128::from(found.accounts)),
            ("transfers", seal.transfers.into(), found.transfers),
        ];
        for (what, sealed, found) in counts {
            if sealed != found {
                let problem = format!("the seal was made over {sealed} {what}, up to its place there are {found}");
                self.add_finding(Some(seal.sequence), None, problem);
            }
        }
        if found.root != seal.root {
            let root = found.root;
            let problem = format!("the accounts' heads at the seal's place come to {root}, the seal has {}", seal.root);
            self.add_finding(Some(seal.sequence), None, problem);
        }
        Ok(())
    }
}

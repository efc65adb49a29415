//! What keeps the database itself from changing a book behind Teller's back.

use crate::error::Error;
use crate::ledger::proof::verify::FindingCode;
use crate::ledger::proof::verify::walk::Walk;
use crate::store::Store;

impl Walk {
    /// Compares triggers, checks, keys and indexes with what the migrations made.
    pub(super) fn compare_guards(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        for problem in store.guard_problems()? {
            self.add_finding_of(FindingCode::Guard, None, None, problem);
        }
        Ok(())
    }

    /// Looks every row up through every index: what is remembered of ids, and every answer, rests on them.
    pub(super) fn prove_indexes(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        for problem in store.index_problems()? {
            self.add_finding_of(FindingCode::Index, None, None, problem);
        }
        Ok(())
    }
}

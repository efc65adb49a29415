//! The guards of the database itself, which prevent changes that Teller did not make.

use crate::error::Error;
use crate::ledger::proof::verify::report::FindingCode;
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

    /// Looks up every row through every index. Replays and all answers depend on the indexes.
    pub(super) fn prove_indexes(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        for problem in store.index_problems()? {
            self.add_finding_of(FindingCode::Index, None, None, problem);
        }
        Ok(())
    }
}

//! Whether the index over the ids of transfers has the same rows as the table.

use crate::error::Error;
use crate::ledger::proof::verify::report::FindingCode;
use crate::ledger::proof::verify::walk::Walk;
use crate::store::Store;

impl Walk {
    /// Compares the index over ids with the rows that were walked.
    pub(super) fn prove_ids(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let mut found = self.ids.to_empty();
        let (mut last, mut unordered) = (None, 0_u64);
        let is_offered = store.transfer_ids_in_index(&mut |id, sequence| {
            unordered += u64::from(last.replace(id.id()).is_some_and(|last| last >= id.id()));
            found.add(id, sequence);
        })?;
        if is_offered && (unordered > 0 || !found.is_same_as(&self.ids)) {
            let problem = format!(
                "index transfers_id_key of transfers does not find all of {} rows: it has {} entries, {unordered} of them out of order; \
                 no id can be trusted to be new before it is made anew: back the book up, then run REINDEX transfers",
                self.ids.count, found.count
            );
            self.add_finding_of(FindingCode::Index, None, None, problem);
        }
        Ok(())
    }
}

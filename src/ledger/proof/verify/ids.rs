//! Whether the index over the ids of transfers has what the table has.

use std::hash::{BuildHasher, RandomState};

use crate::error::Error;
use crate::ledger::proof::verify::FindingCode;
use crate::ledger::proof::verify::walk::Walk;
use crate::models::sql_types::SqlId;
use crate::store::Store;

/// Ids and places that were met, in whatever order: how many, and the sum of their hashes, which nobody can foresee.
#[derive(Default)]
pub(super) struct MetIds {
    hasher: RandomState,
    count: u64,
    sum: u128,
}

impl MetIds {
    pub(super) fn meet(&mut self, id: SqlId, sequence: i64) {
        self.count += 1;
        self.sum += u128::from(self.hasher.hash_one((id.id(), sequence)));
    }
}

impl Walk {
    /// Compares the index over ids with the rows that were walked.
    pub(super) fn prove_ids(&mut self, store: &mut dyn Store) -> Result<(), Error> {
        let mut found = MetIds { hasher: self.ids.hasher.clone(), ..MetIds::default() };
        let (mut last, mut unordered) = (None, 0_u64);
        let is_offered = store.transfer_ids_in_index(&mut |id, sequence| {
            unordered += u64::from(last.replace(id.id()).is_some_and(|last| last >= id.id()));
            found.meet(id, sequence);
        })?;
        let walked = &self.ids;
        if is_offered && (unordered > 0 || found.count != walked.count || found.sum != walked.sum) {
            let problem = format!(
                "index transfers_id_key of transfers does not find all of {} rows: it has {} entries, {unordered} of them out of order; \
                 no id can be trusted to be new before it is made anew: back the book up, then run REINDEX transfers",
                walked.count, found.count
            );
            self.find_of(FindingCode::Index, None, None, problem);
        }
        Ok(())
    }
}

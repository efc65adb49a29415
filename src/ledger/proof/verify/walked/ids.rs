//! The ids of transfers, in constant memory.

use std::hash::{BuildHasher, RandomState};

use crate::models::sql_types::SqlId;

/// A set of ids with their sequences, kept as a count and a sum of hashes, so that it takes no memory for each of them and does not depend
/// on their order. The hash has a random key, so that nobody can craft another set with the same sum.
#[derive(Clone, Default)]
pub(in crate::ledger) struct IdSet {
    hasher: RandomState,
    pub(in crate::ledger) count: u64,
    sum: u128,
}

impl IdSet {
    /// An empty set that can be compared with this one.
    pub(in crate::ledger) fn to_empty(&self) -> Self {
        Self { hasher: self.hasher.clone(), count: 0, sum: 0 }
    }

    pub(in crate::ledger) fn add(&mut self, id: SqlId, sequence: i64) {
        self.count += 1;
        self.sum += u128::from(self.hasher.hash_one((id.id(), sequence)));
    }

    /// Whether both have the same members. The other one was made by [`to_empty`](Self::to_empty).
    pub(in crate::ledger) fn is_same_as(&self, other: &Self) -> bool {
        (self.count, self.sum) == (other.count, other.sum)
    }
}

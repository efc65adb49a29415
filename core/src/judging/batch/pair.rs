//! The two accounts of a transfer, by their numbers in the batch.

use crate::facts::NormalSide;

/// Places of the two accounts: as the request named them, and as they are debited and credited.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) debit: usize,
    pub(super) credit: usize,
}

impl Pair {
    /// The accounts of a transfer that names them by their sides.
    pub(super) const fn of_sides(debit: usize, credit: usize) -> Self {
        Self { first: debit, second: credit, debit, credit }
    }

    /// Both accounts and the side of each, in the order in which they were named.
    pub(super) fn sides(self) -> [(usize, NormalSide); 2] {
        [self.first, self.second]
            .map(|index| (index, if index == self.debit { NormalSide::Debit } else { NormalSide::Credit }))
    }
}

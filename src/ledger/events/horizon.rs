//! Up to where the book is complete: everything at or below that sequence is committed, or never will be.
//!
//! The proof has three steps. First the newest visible sequence N is read. A writer with a number below N has drawn it before that read,
//! and announced before drawing that it draws. Then, in a later statement, the writers under way are read. Once none of these is left, each
//! has committed or has not: the horizon is N. What is read in a later transaction up to N is all that there will ever be.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::facts::Sequence;
use crate::store::{Access, Pool, Writer};

/// What is known of a book's horizon. It only rises.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Horizon(Mutex<Proof>);

#[derive(Debug, Default)]
struct Proof {
    proven: Sequence,
    /// A sequence that is not proven yet, and the writers of then that are not known to have ended.
    pending: Option<(Sequence, BTreeSet<Writer>)>,
}

/// What a look at the horizon found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Seen {
    /// Everything up to here is complete.
    pub(in crate::ledger) horizon: Sequence,
    /// The newest sequence that was visible; behind the horizon as long as a writer of then is under way.
    pub(in crate::ledger) newest: Sequence,
}

impl Proof {
    /// Takes note of the newest visible sequence, and of the writers that were under way behind that.
    fn look(&mut self, newest: Sequence, writers: BTreeSet<Writer>) -> Sequence {
        if let Some((pending, left)) = &mut self.pending {
            left.retain(|writer| writers.contains(writer));
            if left.is_empty() && !writers.iter().any(Writer::is_prepared) {
                self.proven = self.proven.max(*pending);
                self.pending = None;
            }
        }
        if self.pending.is_none() && newest > self.proven {
            if writers.is_empty() {
                self.proven = newest;
            } else {
                self.pending = Some((newest, writers));
            }
        }
        self.proven
    }
}

impl Horizon {
    /// Looks once how far the book is complete. A horizon that is behind the newest sequence rises in a later look.
    pub(in crate::ledger) fn look(&self, pool: &Pool) -> Result<Seen, Error> {
        let (newest, writers) = pool.transaction(Access::Read, |store| {
            let newest = store.newest_sequence()?.unwrap_or(Sequence::UNASSIGNED);
            Ok((newest, store.drawing_writers()?))
        })?;
        let mut proof = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A book that was replaced by an older copy of itself has fewer events than were proven once.
        Ok(Seen { horizon: proof.look(newest, writers).min(newest), newest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writers(names: &[&str]) -> BTreeSet<Writer> {
        names.iter().map(|name| Writer::new((*name).to_owned())).collect()
    }

    #[test]
    fn the_horizon_waits_for_those_who_were_under_way_and_for_nobody_else() {
        let mut proof = Proof::default();
        assert_eq!(proof.look(Sequence(5), writers(&[])), Sequence(5));
        assert_eq!(proof.look(Sequence(9), writers(&["3/1", "4/7"])), Sequence(5));
        assert_eq!(proof.look(Sequence(11), writers(&["4/7", "3/2"])), Sequence(5), "one of them is left");
        assert_eq!(proof.look(Sequence(14), writers(&["3/2", "5/1"])), Sequence(9), "these came later");
        assert_eq!(proof.look(Sequence(14), writers(&["5/1"])), Sequence(9), "one that was there at 14");
        assert_eq!(proof.look(Sequence(20), writers(&[])), Sequence(20), "nobody is under way");
    }

    #[test]
    fn a_prepared_writer_may_be_anybody_of_before() {
        let mut proof = Proof::default();
        proof.look(Sequence(5), writers(&["3/1"]));
        assert_eq!(proof.look(Sequence(5), writers(&["-1/800"])), Sequence::UNASSIGNED);
        assert_eq!(proof.look(Sequence(5), writers(&[])), Sequence(5));
    }
}

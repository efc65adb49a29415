//! What a batch that is judged promises of its accounts, so that the next batch can be judged while it is written.
//!
//! Until the database has drawn the sequences of its transfers, nobody knows what the next transfers of its accounts follow. A promise has
//! numbers that stand for them. A batch that was judged by a promise waits with its writes until the promise is kept. If the promise is broken,
//! the batch is judged anew.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::facts::Sequence;

/// The first index of a promised sequence: above those of any batch's own drafts.
const FIRST: usize = usize::MAX / 8;

/// What no promise of this program has used yet.
static NEXT: AtomicUsize = AtomicUsize::new(FIRST);

/// That a batch will be committed as it was judged.
pub(crate) struct Promise {
    /// The index that stands for the batch's first sequence.
    first: usize,
    outcome: Mutex<Outcome>,
    settled: Condvar,
}

enum Outcome {
    Open,
    /// The sequences that were drawn.
    Kept(Vec<Sequence>),
    Broken,
}

impl Promise {
    /// The promise of a batch that takes so many sequences.
    pub(super) fn new(sequences: usize) -> Self {
        let first = NEXT.fetch_add(sequences, Ordering::Relaxed);
        Self { first, outcome: Mutex::new(Outcome::Open), settled: Condvar::new() }
    }

    /// What stands for a sequence of the batch, as long as that is provisional.
    pub(super) fn stand_in(&self, sequence: Sequence) -> Sequence {
        sequence.provisional_index().map_or(sequence, |index| Sequence::provisional(self.first + index))
    }

    /// The batch is committed, with these sequences.
    pub(super) fn keep(&self, sequences: Vec<Sequence>) {
        self.settle(Outcome::Kept(sequences));
    }

    /// The batch is not committed, or nobody knows whether it is.
    pub(super) fn be_broken(&self) {
        self.settle(Outcome::Broken);
    }

    fn settle(&self, outcome: Outcome) {
        *self.lock() = outcome;
        self.settled.notify_all();
    }

    fn is_kept_by(&self, deadline: Option<Instant>) -> bool {
        let mut outcome = self.lock();
        while matches!(*outcome, Outcome::Open) {
            let time_left = deadline.map_or(Duration::MAX, |time| time.saturating_duration_since(Instant::now()));
            if time_left.is_zero() {
                break;
            }
            (outcome, _) = self.settled.wait_timeout(outcome, time_left).unwrap_or_else(PoisonError::into_inner);
        }
        matches!(*outcome, Outcome::Kept(_))
    }

    /// The sequence that was drawn, if this promise is kept and stood for it.
    fn drawn(&self, sequence: Sequence) -> Option<Sequence> {
        let index = sequence.provisional_index()?.checked_sub(self.first)?;
        match &*self.lock() {
            Outcome::Kept(sequences) => sequences.get(index).copied(),
            Outcome::Open | Outcome::Broken => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The promises that a batch is judged by.
#[derive(Default)]
pub(super) struct Promises(Vec<Arc<Promise>>);

impl Promises {
    pub(super) fn add(&mut self, promise: &Arc<Promise>) {
        if !self.0.iter().any(|known| Arc::ptr_eq(known, promise)) {
            self.0.push(Arc::clone(promise));
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Waits until all of them are kept. `false` if one is broken, or not settled in that time.
    pub(super) fn are_kept(&self, time_max: Duration) -> bool {
        let deadline = Instant::now().checked_add(time_max);
        self.0.iter().all(|promise| promise.is_kept_by(deadline))
    }

    /// The sequence that was drawn where a kept promise stood for it; any other as it is.
    pub(super) fn drawn(&self, sequence: Sequence) -> Sequence {
        self.0.iter().find_map(|promise| promise.drawn(sequence)).unwrap_or(sequence)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn what_a_kept_promise_stood_for_is_found_among_several() {
        let (one, other) = (Arc::new(Promise::new(2)), Arc::new(Promise::new(3)));
        let mut promises = Promises::default();
        for promise in [&one, &other, &one] {
            promises.add(promise);
        }
        let stand_ins = [one.stand_in(Sequence::provisional(1)), other.stand_in(Sequence::provisional(2))];
        one.keep([7, 8].map(Sequence).to_vec());
        other.keep([9, 11, 12].map(Sequence).to_vec());
        assert!(promises.are_kept(Duration::ZERO));
        assert_eq!(stand_ins.map(|sequence| promises.drawn(sequence)), [8, 12].map(Sequence));
        let others = [Sequence(3), Sequence::provisional(0), Sequence::provisional(2)];
        assert_eq!(others.map(|sequence| promises.drawn(sequence)), others, "a place, and drafts of the batch itself");
        assert_eq!(one.stand_in(Sequence(3)), Sequence(3));
    }

    #[test]
    fn a_broken_promise_and_one_that_takes_too_long_are_not_kept() {
        let promise = Arc::new(Promise::new(1));
        let mut promises = Promises::default();
        promises.add(&promise);
        assert!(!promises.are_kept(Duration::from_millis(1)));
        promise.be_broken();
        assert!(!promises.are_kept(Duration::MAX));
    }

    #[test]
    fn a_promise_is_waited_for() {
        let promise = Arc::new(Promise::new(1));
        let mut promises = Promises::default();
        promises.add(&promise);
        thread::scope(|threads| {
            let waiting = threads.spawn(|| promises.are_kept(Duration::MAX));
            promise.keep(vec![Sequence(1)]);
            assert!(waiting.join().unwrap());
        });
    }
}

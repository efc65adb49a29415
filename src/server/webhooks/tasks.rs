//! What several threads send at once for one endpoint, and how far all of it is done.
//!
//! New events are taken in their order and end in any. The endpoint has come only as far as all events are done without a gap: each was
//! answered, or is kept to be sent again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::server::webhooks::notice::{Notice, Reached};
use crate::store::DeliveryRow;

/// How many events may be under way to one endpoint.
pub(super) const UNDER_WAY_MAX: usize = 16;

/// One thing to send.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task<'t> {
    /// An event that did not arrive.
    Again(&'t DeliveryRow),
    /// The event of that index.
    New(usize, &'t Notice),
}

/// Why nothing more is taken.
#[derive(Debug)]
pub(super) enum Stop {
    /// Another one delivers now, or nobody should.
    End,
    Fault(Error),
}

/// What became of a new event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    /// It is kept, and sent again later.
    Kept,
}

#[derive(Debug)]
pub(super) struct Tasks<'t> {
    again: &'t [DeliveryRow],
    new: &'t [Notice],
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    taken: usize,
    /// By the index of the new event.
    outcomes: Vec<Option<Outcome>>,
    /// How many new events are done without a gap.
    done: usize,
    stop: Option<Stop>,
}

impl<'t> Tasks<'t> {
    pub(super) fn new(again: &'t [DeliveryRow], new: &'t [Notice]) -> Self {
        Self { again, new, progress: Mutex::new(Progress { outcomes: vec![None; new.len()], ..Progress::default() }) }
    }

    /// How many threads there is work for.
    pub(super) fn threads(&self) -> usize {
        (self.again.len() + self.new.len()).min(UNDER_WAY_MAX)
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next thing to send; `None` where there is none, or nothing more is to be sent.
    pub(super) fn take(&self) -> Option<Task<'t>> {
        let mut progress = self.progress();
        if progress.stop.is_some() {
            return None;
        }
        let index = progress.taken;
        progress.taken += 1;
        if let Some(delivery) = self.again.get(index) {
            return Some(Task::Again(delivery));
        }
        let index = index - self.again.len();
        self.new.get(index).map(|event| Task::New(index, event))
    }

    /// Notes what became of a new event, and tells how far all of them are done now and how many of those were answered. The caller is told
    /// one after the other, so that nothing older comes behind something newer.
    pub(super) fn done(&self, index: usize, outcome: Outcome, tell: impl FnOnce(Reached, i64)) {
        let mut progress = self.progress();
        progress.outcomes[index] = Some(outcome);
        let (before, mut answered) = (progress.done, 0);
        while let Some(Some(outcome)) = progress.outcomes.get(progress.done) {
            answered += i64::from(*outcome == Outcome::Answered);
            progress.done += 1;
        }
        if progress.done > before {
            tell(self.new[progress.done - 1].reached, answered);
        }
    }

    /// Has nothing more taken. The first reason counts.
    pub(super) fn stop(&self, stop: Stop) {
        self.progress().stop.get_or_insert(stop);
    }

    /// The last event up to which all are done, and why nothing more was taken, where something is left.
    pub(super) fn end(self) -> (Option<Reached>, Option<Stop>) {
        let progress = self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        let last = progress.done.checked_sub(1).map(|index| self.new[index].reached);
        (last, progress.stop)
    }
}

impl From<Error> for Stop {
    fn from(fault: Error) -> Self {
        Self::Fault(fault)
    }
}

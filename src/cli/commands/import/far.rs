//! Lines whose year is probably a slip.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cli::args::count;
use crate::cli::talk::say;
use crate::cli::years::is_far;
use crate::facts::Instant;
use crate::ledger::{Line, TransferLine};

/// How many lines count far from now, and the first of them. They are read in another thread than the one that tells it.
#[derive(Clone, Default)]
pub(super) struct FarLines(Arc<Mutex<Found>>);

#[derive(Default)]
struct Found {
    lines: u64,
    first: Option<(u64, Instant)>,
}

impl FarLines {
    pub(super) fn see(&self, line: &Line<TransferLine>, now: Instant) {
        let time = line.content.as_ref().ok().and_then(|content| content.effective_at);
        if let Some(time) = time.filter(|time| is_far(*time, now)) {
            let mut found = self.found();
            found.lines += 1;
            found.first.get_or_insert((line.number, time));
        }
    }

    pub(super) fn tell(&self) {
        let found = self.found();
        if let Some((number, time)) = found.first {
            let lines = count(found.lines, "line");
            say(format_args!("{lines} at times more than ten years from now: line {number} counts at {time}."));
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

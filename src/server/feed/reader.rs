//! One reader: where it stands, and what it wants to know.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::ledger::{EventCursor, EventFilter, Ledger};
use crate::server::feed::Seat;
use crate::server::feed::told::Told;
use crate::server::problem::Problem;
use crate::server::state::State;

/// How many bytes an event takes, as it is and as it is written. Those with much metadata take more.
const EVENT_BYTES: usize = 2 << 10;
/// How long writers that are under way are waited for by a reader of the book itself.
const WRITERS_WAIT: Duration = Duration::from_millis(100);
const READ_TIME_MAX: Duration = Duration::from_secs(30);
/// How long a reader sleeps at most before it looks again, though it is told of nothing.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// What came of a step.
pub(in crate::server) enum Step {
    /// Events, perhaps none that the filter lets through.
    Events(Vec<Arc<Told>>),
    /// Nothing came in time.
    Nothing,
    /// The server ends.
    End,
}

pub(in crate::server) struct Reader {
    after: Option<EventCursor>,
    filter: EventFilter,
    changes: watch::Receiver<u64>,
    end: watch::Receiver<bool>,
    _seat: Seat,
}

impl Reader {
    pub(in crate::server) fn new(state: &State, seat: Seat, after: Option<EventCursor>, filter: EventFilter) -> Self {
        let (changes, end) = (state.feed.changes.subscribe(), state.feed.end.subscribe());
        Self { after, filter, changes, end, _seat: seat }
    }

    /// Where the reader stands: behind the last event that was looked at, whether it was told or not.
    pub(in crate::server) const fn after(&self) -> Option<EventCursor> {
        self.after
    }

    /// What is told.
    pub(in crate::server) const fn filter(&self) -> &EventFilter {
        &self.filter
    }

    /// Puts the reader elsewhere.
    pub(in crate::server) const fn go_on_behind(&mut self, after: Option<EventCursor>) {
        self.after = after;
    }

    /// What is there behind where the reader stands, without waiting. `None` if there is nothing.
    pub(in crate::server) async fn look(&mut self, state: &Arc<State>) -> Result<Option<Vec<Arc<Told>>>, Problem> {
        self.changes.mark_unchanged();
        let share = state.feed.share();
        let count = share / EVENT_BYTES;
        let kept = state.feed.ring().behind(self.after, count);
        if let Some(kept) = kept {
            let Some(last) = kept.last() else { return Ok(None) };
            self.after = Some(last.cursor);
            return Ok(Some(kept.into_iter().filter(|told| self.filter.lets_through(&told.event)).collect()));
        }
        let (after, filter) = (self.after, self.filter.clone());
        let limit = u32::try_from(count).unwrap_or(u32::MAX);
        let deadline = Instant::now() + READ_TIME_MAX;
        let read = move |ledger: &Ledger| Ok(Told::list(ledger, after, &filter, (limit, WRITERS_WAIT))?);
        let (mut told, page) = state.reads.run(deadline, read).await?;
        let count = fitting(told.iter().map(|told| told.json.len()), share);
        let next = if count < told.len() { told[count - 1].cursor.into() } else { page.next };
        told.truncate(count);
        let has_moved = next != self.after;
        self.after = next;
        Ok(has_moved.then_some(told))
    }

    /// The next events, or what else comes in time.
    pub(in crate::server) async fn next(&mut self, state: &Arc<State>, time: Duration) -> Result<Step, Problem> {
        let until = Instant::now() + time;
        loop {
            if *self.end.borrow() {
                return Ok(Step::End);
            }
            if let Some(events) = self.look(state).await? {
                return Ok(Step::Events(events));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(Step::Nothing);
            }
            tokio::select! {
                _ = timeout(left.min(SLEEP_MAX), self.changes.changed()) => {}
                _ = self.end.wait_for(|is_end| *is_end) => return Ok(Step::End),
            }
        }
    }
}

/// How many things of these sizes are within so many bytes together: at least the first one.
fn fitting(sizes: impl Iterator<Item = usize>, bytes: usize) -> usize {
    let within = |left: &mut usize, size: usize| {
        *left = left.checked_sub(size)?;
        Some(())
    };
    sizes.scan(bytes, within).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn what_is_held_ends_where_the_share_does_but_never_before_the_first() {
        let count = |sizes: &[usize]| fitting(sizes.iter().copied(), 100);
        assert_eq!(count(&[60, 40, 1]), 2, "just full");
        assert_eq!(count(&[60, 41, 1]), 1, "what does not fit ends it, though a smaller one follows");
        assert_eq!(count(&[1_000, 1]), 1, "one larger than the share goes alone");
        assert_eq!(count(&[1, 1]), 2);
    }
}

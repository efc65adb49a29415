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

/// How many events a reader gets at once.
const EVENTS_AT_ONCE: u32 = 256;
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
        let kept = state.feed.ring().behind(self.after, EVENTS_AT_ONCE as usize);
        if let Some(kept) = kept {
            let Some(last) = kept.last() else { return Ok(None) };
            self.after = Some(last.cursor);
            return Ok(Some(kept.into_iter().filter(|told| self.filter.lets_through(&told.event)).collect()));
        }
        let (after, filter) = (self.after, self.filter.clone());
        let deadline = Instant::now() + READ_TIME_MAX;
        let read = move |ledger: &Ledger| Ok(Told::list(ledger, after, &filter, (EVENTS_AT_ONCE, WRITERS_WAIT))?);
        let (told, page) = state.reads.run(deadline, read).await?;
        let has_moved = page.next != self.after;
        self.after = page.next;
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

//! The newest events, in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::ledger::EventCursor;
use crate::server::feed::told::Told;

/// How many events are kept.
const EVENTS_MAX: usize = 10_000;

/// Where the ring begins or ends: behind an event, or at the beginning of the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge(pub(super) Option<EventCursor>);

#[derive(Default)]
pub(super) struct Ring {
    /// Where a reader stands who has read everything before the first event here; `None` as long as nobody follows.
    before: Option<Edge>,
    events: VecDeque<Arc<Told>>,
}

impl Ring {
    /// Begins anew behind a cursor.
    pub(super) fn begin(&mut self, before: Option<EventCursor>) {
        self.before = Some(Edge(before));
        self.events.clear();
    }

    /// Forgets everything, because nobody reads it.
    pub(super) fn clear(&mut self) {
        self.before = None;
        self.events = VecDeque::new();
    }

    /// Where the tail goes on. `None` if it has not begun.
    pub(super) fn end(&self) -> Option<Edge> {
        let before = self.before?;
        Some(self.events.back().map_or(before, |last| Edge(Some(last.cursor))))
    }

    pub(super) fn add(&mut self, events: impl IntoIterator<Item = Arc<Told>>) {
        self.events.extend(events);
        while self.events.len() > EVENTS_MAX {
            let first = self.events.pop_front();
            self.before = first.map(|first| Edge(Some(first.cursor)));
        }
    }

    /// Up to so many events behind a cursor. `None` if the cursor is not among those that are kept.
    pub(super) fn behind(&self, cursor: Option<EventCursor>, count: usize) -> Option<Vec<Arc<Told>>> {
        let first = if self.before? == Edge(cursor) {
            0
        } else {
            let cursor = cursor?;
            let found = self.events.binary_search_by_key(&cursor.sequence, |told| told.cursor.sequence).ok()?;
            if self.events[found].cursor != cursor {
                return None;
            }
            found + 1
        };
        Some(self.events.iter().skip(first).take(count).cloned().collect())
    }
}

//! What the threads of one server know of each other's work: the endpoints that it delivers to, how far each has come, and the newest event.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use crate::ledger::EventCursor;
use crate::server::webhooks::notice::Reached;
use crate::store::{Moved, StoreError, WebhookRow, WebhookState};

pub(super) struct Board {
    /// This server among those that share the work.
    pub(super) holder: String,
    is_ending: Arc<AtomicBool>,
    shown: Mutex<Shown>,
    changed: Condvar,
    /// Taken before what it has is written, so that nothing older is written over something newer.
    progress: Mutex<HashMap<String, Moved>>,
}

/// How far the book and its monitors have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Newest {
    pub(super) event: Option<EventCursor>,
    /// The number of the newest crossing of a monitor.
    pub(super) crossing: i64,
}

#[derive(Default)]
struct Shown {
    rows: HashMap<String, WebhookRow>,
    /// Until when this server surely has the right to deliver.
    valid_until: Option<Stopwatch>,
    newest: Newest,
}

impl Board {
    pub(super) fn new(holder: String, is_ending: Arc<AtomicBool>) -> Self {
        Self { holder, is_ending, shown: Mutex::default(), changed: Condvar::new(), progress: Mutex::default() }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// Shows the endpoints as they are now, and until when those that this server holds are its own.
    pub(super) fn show(&self, rows: Vec<WebhookRow>, valid_until: Stopwatch) {
        let mut shown = self.shown();
        shown.rows = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        shown.valid_until = Some(valid_until);
        self.changed.notify_all();
    }

    /// Shows how far the book is complete, and how far its monitors are judged.
    pub(super) fn show_newest(&self, newest: Newest) {
        let mut shown = self.shown();
        if shown.newest != newest {
            shown.newest = newest;
            self.changed.notify_all();
        }
    }

    /// The endpoint as it is now, as long as this server may deliver to it in this epoch.
    pub(super) fn find(&self, webhook: &str, epoch: i64) -> Option<WebhookRow> {
        if self.is_ending() {
            return None;
        }
        let shown = self.shown();
        let is_valid = shown.valid_until.is_some_and(|until| Stopwatch::now() < until);
        let row = shown.rows.get(webhook).filter(|row| {
            row.epoch == epoch && row.holder == self.holder && row.state == WebhookState::Active.as_str()
        });
        row.filter(|_| is_valid).cloned()
    }

    pub(super) fn newest(&self) -> Newest {
        self.shown().newest
    }

    /// Waits until there is an event or a crossing newer than those, or for that long.
    pub(super) fn wait(&self, seen: Newest, longest: Duration) {
        let deadline = Stopwatch::now() + longest;
        let mut shown = self.shown();
        while shown.newest == seen && !self.is_ending() {
            let left = deadline.saturating_duration_since(Stopwatch::now());
            if left.is_zero() {
                return;
            }
            shown = self.changed.wait_timeout(shown, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    pub(super) fn wake(&self) {
        self.changed.notify_all();
    }

    /// Notes that an endpoint has come further. It is written a moment later, with that of others.
    pub(super) fn advance(&self, webhook: &str, epoch: i64, reached: Reached, arrived: i64) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let none = || Moved { webhook: webhook.to_owned(), epoch, cursor: None, crossing: None, delivered: 0 };
        let moved = progress.entry(webhook.to_owned()).or_insert_with(none);
        if moved.epoch != epoch {
            *moved = none();
        }
        reached.note(moved);
        moved.delivered += arrived;
    }

    /// How far an endpoint has come that is not written yet. The caller writes it.
    pub(super) fn take(&self, webhook: &str) -> Option<Moved> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).remove(webhook)
    }

    /// Writes what was noted. What cannot be written is kept.
    pub(super) fn write(&self, write: impl FnOnce(&[Moved]) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.is_empty() {
            return Ok(());
        }
        let moves: Vec<_> = progress.values().cloned().collect();
        write(&moves)?;
        progress.clear();
        Ok(())
    }
}

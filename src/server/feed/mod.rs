//! The book's events for those who follow them: one tail for the whole server, whatever the number of readers.
//!
//! The tail reads the book as long as anybody follows, and keeps the newest events. A reader who stands among these is served from memory, and
//! any other one from the book, page by page. Nothing is told that is not in the book, so nothing is lost where a reader is slow or the server ends.

mod reader;
mod ring;
mod sending;
pub(super) mod start;
mod tail;
mod told;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::server::feed::ring::Ring;

pub(super) use crate::server::feed::reader::{Reader, Step};
pub(super) use crate::server::feed::sending::{Sending, StillMay};
pub(super) use crate::server::feed::tail::follow;
pub(super) use crate::server::feed::told::Told;

/// The most readers at once.
const READERS_MAX: usize = 2_000;
/// How much of the book all readers together hold at once, and what each may have of it. A client that does not read holds its share for long.
const HELD_BYTES: usize = 64 << 20;
const SHARE_MIN: usize = 32 << 10;
const SHARE_MAX: usize = 512 << 10;

/// What the tail and the readers share.
pub(super) struct Feed {
    ring: Mutex<Ring>,
    readers: AtomicUsize,
    /// Rises with each event that comes to the ring.
    changes: watch::Sender<u64>,
    /// Somebody begins to follow, or something was written by this server.
    wake: Notify,
    end: watch::Sender<bool>,
}

/// One reader more, as long as it lives.
pub(super) struct Seat(Arc<Feed>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.readers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Feed {
    pub(super) fn new() -> Self {
        Self {
            ring: Mutex::default(),
            readers: AtomicUsize::new(0),
            changes: watch::Sender::new(0),
            wake: Notify::new(),
            end: watch::Sender::new(false),
        }
    }

    /// Something was written, so that the tail looks at once.
    pub(super) fn nudge(&self) {
        if self.has_readers() {
            self.wake.notify_one();
        }
    }

    /// All readers are sent away.
    pub(super) fn end(&self) {
        self.end.send_replace(true);
    }

    pub(super) fn has_readers(&self) -> bool {
        self.readers.load(Ordering::Relaxed) > 0
    }

    /// A seat for one reader more; `None` if there is none.
    pub(super) fn seat(self: &Arc<Self>) -> Option<Seat> {
        let seat = Seat(Arc::clone(self));
        let others = self.readers.fetch_add(1, Ordering::Relaxed);
        self.wake.notify_one();
        (others < READERS_MAX).then_some(seat)
    }

    /// How many bytes of events each reader may hold at once.
    fn share(&self) -> usize {
        (HELD_BYTES / self.readers.load(Ordering::Relaxed).max(1)).clamp(SHARE_MIN, SHARE_MAX)
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The feed: every event of the book, once, in the book's one order, from any point on and for ever.
//!
//! The book itself is the feed. Nothing is published from memory, so nothing can be lost between a commit and its publication, and nothing that was
//! rolled back can be told. What belongs here: up to where the book is complete, the walk in its order, and where a reader stands. What does not:
//! who is told of events, and in which format.

mod cursor;
mod event;
pub(in crate::ledger) mod horizon;
mod kind;
pub(in crate::ledger) mod order;
mod reading;
mod watched;

use std::thread;
use std::time::{Duration, Instant as Stopwatch};

use uuid::Uuid;

use crate::error::{Error, InputError};
use crate::facts::Sequence;
use crate::ledger::Ledger;
use crate::ledger::proof::seal::book_id;
use crate::store::Access;

pub use crate::ledger::events::cursor::EventCursor;
pub use crate::ledger::events::event::{
    AccountChanged, DueEvent, Event, EventContent, EventFilter, Leg, TransferEvent,
};
use crate::ledger::events::horizon::Seen;
pub use crate::ledger::events::kind::EventKind;
use crate::ledger::events::reading::Reading;
pub use crate::ledger::events::watched::{Standing, Watched};

/// How long the first wait for the horizon is. Most writers are gone after that; each further wait is twice as long.
const WAIT_FIRST: Duration = Duration::from_millis(1);
const WAIT_MAX: Duration = Duration::from_millis(20);

/// A page of events.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventPage {
    /// The events, in order.
    pub events: Vec<Event>,
    /// Where to go on: behind the last event that was read, whether the filter let it through or not. `None` if nothing was read and nothing was
    /// given.
    pub next: Option<EventCursor>,
    /// Whether there was nothing else to read.
    pub is_last: bool,
    /// Everything up to here is complete.
    pub horizon: Sequence,
    /// The newest sequence that was visible. Events between the horizon and this are held back until the writers before them have ended.
    pub newest: Sequence,
}

impl Ledger {
    /// Reads up to `limit` events behind a cursor, or from the first one on, in the book's order.
    ///
    /// An event is read once everything before it is committed or never will be, so no event can come up later behind a reader. `wait` is how long
    /// writers that are under way are waited for; events behind theirs are left to a later page.
    ///
    /// # Errors
    /// [`InputError::CursorForeign`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::time::Duration;
    /// use teller::ledger::{EventFilter, EventKind};
    ///
    /// let wait = Duration::from_secs(1);
    /// let page = ledger.list_events(None, &EventFilter::default(), 100, wait)?;
    /// assert_eq!(page.events[0].kind, EventKind::AccountOpened);
    /// let rest = ledger.list_events(page.next, &EventFilter::default(), 100, wait)?;
    /// assert!(rest.events.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_events(
        &self,
        after: Option<EventCursor>,
        filter: &EventFilter,
        limit: u32,
        wait: Duration,
    ) -> Result<EventPage, Error> {
        let seen = self.wait_for_horizon(wait)?;
        if let Some(cursor) = after.filter(|cursor| cursor.sequence > seen.newest) {
            return Err(foreign(cursor, seen.newest).into());
        }
        let (events, next, is_last) = self.pool.transaction(Access::Read, |store| {
            let reading = Reading::new(after, filter, seen.horizon, limit.max(1) as usize);
            reading.read(store)?.ok_or_else(|| {
                let cursor = after.unwrap_or_else(|| unreachable!("only a cursor can be foreign"));
                foreign(cursor, seen.newest).into()
            })
        })?;
        Ok(EventPage { events, next, is_last, horizon: seen.horizon, newest: seen.newest })
    }

    /// The book's own id, which its events and seals name.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let page = ledger.list_events(None, &Default::default(), 1, std::time::Duration::ZERO)?;
    /// assert_eq!(page.events[0].book, ledger.book_id()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn book_id(&self) -> Result<Uuid, Error> {
        self.pool.transaction(Access::Read, |store| Ok(book_id(store)?))
    }

    /// The cursor behind the newest event, as far as the book is complete; `None` in a book without events.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let wait = std::time::Duration::ZERO;
    /// let newest = ledger.newest_event_cursor(wait)?;
    /// ledger.post(support::payment(&ledger, "rent", "30.00")?, teller::Mode::Commit)?;
    /// let page = ledger.list_events(newest, &Default::default(), 10, wait)?;
    /// assert_eq!(page.events.len(), 1, "what came after it");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn newest_event_cursor(&self, wait: Duration) -> Result<Option<EventCursor>, Error> {
        let seen = self.wait_for_horizon(wait)?;
        self.pool.transaction(Access::Read, |store| Ok(reading::newest_cursor(store, seen.horizon)?))
    }

    /// Those of the cursors that are behind events of this book. A book that was restored to an earlier state has lost some that it had.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let newest = ledger.newest_event_cursor(std::time::Duration::ZERO)?.unwrap();
    /// let foreign = "1-0000000000000000".parse()?;
    /// assert_eq!(ledger.find_events([foreign, newest])?, [newest]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find_events(&self, cursors: impl IntoIterator<Item = EventCursor>) -> Result<Vec<EventCursor>, Error> {
        let cursors: Vec<_> = cursors.into_iter().collect();
        if cursors.is_empty() {
            return Ok(cursors);
        }
        self.pool.transaction(Access::Read, |store| {
            let mut found = Vec::with_capacity(cursors.len());
            for cursor in &cursors {
                if reading::is_there(store, *cursor)? {
                    found.push(*cursor);
                }
            }
            Ok(found)
        })
    }

    /// Waits until the horizon has come to what was the newest sequence at first, or the time is up.
    fn wait_for_horizon(&self, wait: Duration) -> Result<Seen, Error> {
        let begin = Stopwatch::now();
        let mut seen = self.horizon.look(&self.pool)?;
        let newest = seen.newest;
        let mut pause = WAIT_FIRST;
        while seen.horizon < newest && begin.elapsed() < wait {
            thread::sleep(pause.min(wait.saturating_sub(begin.elapsed())));
            pause = (2 * pause).min(WAIT_MAX);
            seen = self.horizon.look(&self.pool)?;
        }
        Ok(seen)
    }
}

fn foreign(cursor: EventCursor, newest: Sequence) -> InputError {
    InputError::CursorForeign { cursor: cursor.to_string(), newest }
}

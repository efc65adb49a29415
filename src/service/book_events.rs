//! Adding to the book's own chain.

use super::{Ledger, Mode};
use crate::error::Error;
use crate::rules::{BookChange, BookEvent, Instant, Sequence, Signature};
use crate::store::{Access, Store, StoreError};

impl Ledger {
    /// Up to `limit` events of the book as a whole from a place on, in order: periods closed and reopened, schedules added and
    /// cancelled, currencies registered, futures accepted.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn book_events(&self, from: Sequence, limit: u32) -> Result<Vec<BookEvent>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let rows = store.book_event_rows_between(from.0, i64::MAX, limit.into())?;
            Ok(rows.into_iter().map(BookEvent::try_from).collect::<Result<_, _>>().map_err(StoreError::from)?)
        })
    }

    /// The newest acceptance of entries that are later than the clock, or `None` where none ever was.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn clock_acceptance(&self) -> Result<Option<BookEvent>, Error> {
        self.pool.transaction(Access::Read, |store| Ok(store.find_clock_acceptance()?))
    }
}

/// Adds an event behind the newest one, whose chain is locked until the transaction ends, so that numbers, places and hashes follow
/// each other. Lock all else that is needed before. A dry run has no place, and the hash that the event would have without one.
pub(super) fn append_book_event(
    store: &mut dyn Store,
    change: BookChange,
    signature: Signature,
    now: Instant,
    mode: Mode,
) -> Result<BookEvent, StoreError> {
    if mode == Mode::DryRun {
        let last = store.find_newest_book_event()?;
        return Ok(BookEvent::behind(last.as_ref(), Sequence::UNASSIGNED, now, signature, change));
    }
    store.lock_book_events()?;
    let last = store.find_newest_book_event()?;
    // One place was asked for.
    let sequence = store.next_sequences(1)?[0];
    let event = BookEvent::behind(last.as_ref(), sequence, now, signature, change);
    store.insert_book_events(std::slice::from_ref(&event))?;
    Ok(event)
}

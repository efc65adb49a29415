//! The events of the book as a whole, which have a chain of their own.

use std::time::Duration;

use crate::clock::Reading;
use crate::error::Error;
use crate::facts::{BookChange, BookEvent, Instant, Sequence, Signature};
use crate::judging::ClockLead;
use crate::ledger::Ledger;
use crate::ledger::write_options::Mode;
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

impl Ledger {
    /// Returns up to `limit` events of the book as a whole from a sequence on, in order: periods closed and reopened, schedules added and
    /// cancelled, dues refused and given up, currencies registered, clocks accepted.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::facts::Sequence;
    ///
    /// assert!(ledger.book_events(Sequence(1), 10)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn book_events(&self, from: Sequence, limit: u32) -> Result<Vec<BookEvent>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let rows = store.book_event_rows_between(from.0, i64::MAX, limit.into())?;
            Ok(rows.into_iter().map(BookEvent::try_from).collect::<Result<_, _>>().map_err(StoreError::from)?)
        })
    }

    /// Returns the newest acceptance of entries that are later than the clock, if there is one.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// assert_eq!(ledger.clock_acceptance()?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clock_acceptance(&self) -> Result<Option<BookEvent>, Error> {
        self.pool.transaction(Access::Read, |store| Ok(store.find_clock_acceptance()?))
    }
}

/// The time at which an event of the book is recorded, and how far the newest event may be ahead of it.
#[derive(Clone, Copy)]
pub(in crate::ledger) struct BookTime {
    pub(in crate::ledger) reading: Reading,
    pub(in crate::ledger) lead_max: Duration,
}

impl Ledger {
    pub(in crate::ledger) fn book_time(&self) -> BookTime {
        BookTime { reading: self.clock.read(), lead_max: self.clock_lead_max }
    }
}

/// Adds an event to the book's chain, and locks the chain until the transaction ends, so that numbers, sequences and hashes follow each
/// other. This lock is taken last: take all others before. In a dry run the event has no sequence, and the hash that follows from that.
///
/// # Errors
/// [`Rejection::ClockBehind`] where the newest event is too far ahead of the clock, unless this one accepts that; [`Error::Store`].
pub(in crate::ledger) fn append_book_event(
    store: &mut dyn Store,
    change: BookChange,
    signature: Signature,
    BookTime { reading, lead_max }: BookTime,
    mode: Mode,
) -> Result<BookEvent, Error> {
    if mode == Mode::Commit {
        store.lock_book_events()?;
    }
    let last = store.find_newest_book_event()?;
    if !matches!(change, BookChange::ClockAccepted { .. }) {
        check_clock(store, last.as_ref(), reading.now, lead_max)?;
    }
    if mode == Mode::DryRun {
        return Ok(BookEvent::behind(last.as_ref(), Sequence::UNASSIGNED, reading.now, signature, change));
    }
    let events = append_behind(store, last, vec![(change, signature)], reading)?;
    Ok(events.into_iter().next().unwrap_or_else(|| unreachable!("one change makes one event")))
}

/// Adds what became of dues to the book's chain, as [`append_book_event`] does. It is recorded however far the newest event is ahead of the
/// clock: nobody asked for it, and a refusal would hold up dues that have nothing to do with it.
pub(in crate::ledger) fn append_due_events(
    store: &mut dyn Store,
    changes: Vec<(BookChange, Signature)>,
    reading: Reading,
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    store.lock_book_events()?;
    let last = store.find_newest_book_event()?;
    append_behind(store, last, changes, reading).map(drop)
}

/// Adds events behind the newest one, which is locked.
fn append_behind(
    store: &mut dyn Store,
    mut last: Option<BookEvent>,
    changes: Vec<(BookChange, Signature)>,
    reading: Reading,
) -> Result<Vec<BookEvent>, StoreError> {
    let sequences = store.next_sequences(changes.len(), reading.told())?;
    let mut events = Vec::with_capacity(changes.len());
    for ((change, signature), sequence) in changes.into_iter().zip(sequences) {
        let event = BookEvent::behind(last.as_ref(), sequence, reading.now, signature, change);
        last = Some(event.clone());
        events.push(event);
    }
    store.insert_book_events(&events)?;
    Ok(events)
}

fn check_clock(store: &mut dyn Store, last: Option<&BookEvent>, now: Instant, lead_max: Duration) -> Result<(), Error> {
    let Some(&BookEvent { sequence, recorded_at, .. }) = last else { return Ok(()) };
    let accepted_until = store.find_clock_acceptance()?.and_then(|event| event.change.accepted_until());
    if (ClockLead { max: lead_max, accepted_until }).allows(recorded_at, now) {
        return Ok(());
    }
    Err(Rejection::ClockBehind { account: None, sequence, recorded_at, now }.into())
}

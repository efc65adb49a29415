//! Adding, listing, moving and removing consumers, and the leases by which one reader at a time acknowledges.

use std::time::Duration;

use crate::error::{Error, InputError};
use crate::facts::{Instant, LengthOfTime, Sequence};
use crate::ledger::{EventCursor, EventFilter, Ledger};
use crate::server::feed::start::EventStart;
use crate::server::plain_names;
use crate::store::{Acknowledged, ConsumerRow, ConsumerRows, DatabaseUrl, ServerStore, StoreOptions};
use crate::wire::ConsumerRecord;

/// How long a lease may last, so that a reader that was killed is not waited for too long.
const LEASE_MIN: Duration = Duration::from_secs(1);
const LEASE_MAX: Duration = Duration::from_hours(24);
/// How long writers that are under way are waited for.
const WRITERS_WAIT: Duration = Duration::from_secs(1);

/// The consumers of a book's feed: each is a name with a cursor, which one reader at a time moves on by acknowledging. They are kept beside the
/// book, and are no part of it.
///
/// ```
/// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
/// # let (folder, ledger) = support::new_book()?;
/// # let url = format!("sqlite://{}", folder.path().join("book.db").display()).parse()?;
/// use std::time::Duration;
/// use teller::ledger::EventFilter;
/// use teller::server::{Consumers, EventStart};
///
/// let (wait, all) = (Duration::from_secs(1), EventFilter::default());
/// let consumers = Consumers::of_book(&url, Default::default());
/// consumers.add("audit", EventStart::First, &ledger)?;
///
/// let lease = consumers.take("audit", "this test", Duration::from_secs(30), &ledger)?;
/// let page = ledger.list_events(lease.after, &all, 100, wait)?;
/// // Here the events are dealt with.
/// consumers.acknowledge(&lease, page.next.unwrap(), &ledger)?;
/// consumers.give_back(&lease)?;
/// assert_eq!(consumers.get("audit", &ledger)?.behind, Some(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Consumers(ServerStore);

/// The right to read as a consumer, and to acknowledge what was dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The consumer's name.
    pub consumer: String,
    /// The number of the lease, which rises with each.
    pub epoch: i64,
    /// Everything up to this event was acknowledged when the lease began; `None` before the first event.
    pub after: Option<EventCursor>,
    /// How long it lasts from each time on that it is renewed or something is acknowledged.
    pub time: Duration,
    /// Whether the reader before this one ended without giving its lease back.
    pub is_after_a_kill: bool,
}

impl Lease {
    /// Refuses a time that no lease lasts.
    pub(crate) fn check_time(time: Duration) -> Result<(), InputError> {
        if (LEASE_MIN..=LEASE_MAX).contains(&time) {
            return Ok(());
        }
        let [least, most, asked] = [LEASE_MIN, LEASE_MAX, time].map(LengthOfTime);
        Err(InputError::request(format!("a lease lasts from {least} to {most}, not {asked}")))
    }
}

impl Consumers {
    /// Those of a book. Nothing is connected to before it is needed.
    #[must_use]
    pub fn of_book(url: &DatabaseUrl, options: StoreOptions) -> Self {
        Self(ServerStore::of_book(url, options))
    }

    /// Opens the file where it is there, so that it is missed when it goes.
    pub(in crate::server) fn open_file(&self) -> Result<(), Error> {
        Ok(self.0.open_file()?)
    }

    const fn rows(&self) -> ConsumerRows<'_> {
        ConsumerRows(&self.0)
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn list(&self, ledger: &Ledger) -> Result<Vec<ConsumerRecord>, Error> {
        let mut rows = self.rows().list()?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        shown(rows, ledger)
    }

    /// The one of that name.
    ///
    /// # Errors
    /// [`InputError::ConsumerUnknown`], [`Error::Store`].
    pub fn get(&self, name: &str, ledger: &Ledger) -> Result<ConsumerRecord, Error> {
        let row = self.rows().find(name)?.ok_or_else(|| unknown(name))?;
        shown(vec![row], ledger)?.pop().ok_or_else(|| unknown(name))
    }

    /// Whether there is one of that name.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn has(&self, name: &str) -> Result<bool, Error> {
        Ok(self.rows().find(name)?.is_some())
    }

    /// Adds one, unless there is one of that name, which stays as it is. Says whether it is new.
    ///
    /// # Errors
    /// [`InputError::Text`] for a name that is not plain, [`InputError::CursorForeign`], [`Error::Store`].
    pub fn add(&self, name: &str, start: EventStart, ledger: &Ledger) -> Result<bool, Error> {
        plain_names::check("name of the consumer", name)?;
        let cursor = start.find(ledger)?;
        let row = ConsumerRow {
            name: name.to_owned(),
            cursor: cursor.map(|cursor| cursor.to_string()),
            sequence: sequence_of(cursor),
            acknowledged_at: None,
            created_at: ledger.clock().now().micros(),
            holder: String::new(),
            epoch: 0,
            leased_until: 0,
        };
        Ok(self.rows().add(&row)?)
    }

    /// Takes the lease of a consumer, where nobody has it. `holder` is what others are told of this reader.
    ///
    /// # Errors
    /// [`InputError::ConsumerUnknown`], [`InputError::ConsumerHeld`]; [`InputError::Request`] for a time below a second or above a day;
    /// [`Error::Store`].
    pub fn take(&self, name: &str, holder: &str, time: Duration, ledger: &Ledger) -> Result<Lease, Error> {
        Lease::check_time(time)?;
        let before = self.rows().find(name)?.ok_or_else(|| unknown(name))?;
        let now = ledger.clock().now();
        let claimed = self.rows().claim(name, holder, (now.micros(), now.after(time).micros()))?;
        let (row, is_claimed) = claimed.ok_or_else(|| unknown(name))?;
        if !is_claimed {
            let until = Instant::from_micros(row.leased_until).unwrap_or(now);
            return Err(InputError::ConsumerHeld { consumer: row.name, holder: row.holder, until }.into());
        }
        lease(row, time, !before.holder.is_empty())
    }

    /// Lets a lease last longer, from now on, and says how far its consumer has come.
    ///
    /// # Errors
    /// [`InputError::ConsumerUnknown`], [`InputError::LeaseLost`]; [`InputError::Request`] for a time below a second or above a day;
    /// [`Error::Store`].
    pub fn renew(&self, name: &str, epoch: i64, time: Duration, ledger: &Ledger) -> Result<Lease, Error> {
        Lease::check_time(time)?;
        let renewed = self.rows().renew(name, epoch, ledger.clock().now().after(time).micros())?;
        let (row, is_renewed) = renewed.ok_or_else(|| unknown(name))?;
        if !is_renewed {
            return Err(InputError::LeaseLost { consumer: row.name, epoch }.into());
        }
        lease(row, time, false)
    }

    /// Notes that everything up to an event was dealt with, and lets the lease last longer. An event that was acknowledged before can be
    /// acknowledged again; one before that cannot.
    ///
    /// # Errors
    /// [`InputError::ConsumerUnknown`], [`InputError::LeaseLost`], [`InputError::CursorBehind`], [`InputError::CursorForeign`],
    /// [`Error::Store`].
    pub fn acknowledge(&self, lease: &Lease, cursor: EventCursor, ledger: &Ledger) -> Result<(), Error> {
        ledger.list_events(Some(cursor), &EventFilter::default(), 1, WRITERS_WAIT)?;
        self.acknowledge_read(lease, cursor, ledger.clock().now())
    }

    /// The same for the cursor of a page that was just read, which is surely of this book.
    pub(crate) fn acknowledge_read(&self, lease: &Lease, cursor: EventCursor, now: Instant) -> Result<(), Error> {
        let done = Acknowledged {
            name: lease.consumer.clone(),
            epoch: lease.epoch,
            cursor: cursor.to_string(),
            sequence: cursor.sequence.0,
            now: now.micros(),
            until: now.after(lease.time).micros(),
        };
        let (row, is_noted) = self.rows().acknowledge(&done)?.ok_or_else(|| unknown(&lease.consumer))?;
        if is_noted {
            return Ok(());
        }
        let consumer = row.name;
        Err(match row.cursor {
            Some(acknowledged) if row.epoch == lease.epoch => {
                InputError::CursorBehind { consumer, cursor: done.cursor, acknowledged }
            }
            _ => InputError::LeaseLost { consumer, epoch: lease.epoch },
        }
        .into())
    }

    /// Gives a lease back, so that the next reader need not wait. What was read and not acknowledged is read again.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn give_back(&self, lease: &Lease) -> Result<(), Error> {
        Ok(self.rows().release(&lease.consumer, lease.epoch)?)
    }

    /// Puts a consumer elsewhere, forward or back. Its reader loses the lease.
    ///
    /// # Errors
    /// [`InputError::ConsumerUnknown`], [`InputError::CursorForeign`], [`Error::Store`].
    pub fn move_to(&self, name: &str, start: EventStart, ledger: &Ledger) -> Result<ConsumerRecord, Error> {
        let cursor = start.find(ledger)?;
        let text = cursor.map(|cursor| cursor.to_string());
        if !self.rows().move_to(name, text.as_ref(), sequence_of(cursor))? {
            return Err(unknown(name));
        }
        self.get(name, ledger)
    }

    /// Forgets a consumer. Returns it as it was.
    ///
    /// # Errors
    /// [`InputError::ConsumerUnknown`], [`Error::Store`].
    pub fn remove(&self, name: &str, ledger: &Ledger) -> Result<ConsumerRecord, Error> {
        let was = self.get(name, ledger)?;
        self.rows().remove(name)?;
        Ok(was)
    }
}

fn lease(row: ConsumerRow, time: Duration, is_after_a_kill: bool) -> Result<Lease, Error> {
    let after = row.cursor.as_deref().map(str::parse).transpose().map_err(InputError::request)?;
    Ok(Lease { consumer: row.name, epoch: row.epoch, after, time, is_after_a_kill })
}

fn sequence_of(cursor: Option<EventCursor>) -> i64 {
    cursor.map_or(0, |cursor| cursor.sequence.0)
}

/// The newest event that can be read, without waiting for writers.
fn newest(ledger: &Ledger) -> Result<Sequence, Error> {
    Ok(Sequence(sequence_of(ledger.newest_event_cursor(Duration::ZERO)?)))
}

/// The rows as they are shown, in their order.
fn shown(rows: Vec<ConsumerRow>, ledger: &Ledger) -> Result<Vec<ConsumerRecord>, Error> {
    let newest = newest(ledger)?;
    let cursors: Vec<_> = rows.iter().map(|row| row.cursor.as_deref().and_then(|text| text.parse().ok())).collect();
    let known = ledger.find_events(cursors.iter().flatten().copied())?;
    let now = ledger.clock().now();
    let is_ours = |row: &ConsumerRow, cursor: &Option<EventCursor>| match cursor {
        Some(cursor) => known.contains(cursor),
        None => row.cursor.is_none(),
    };
    let record = |(row, cursor)| {
        let is_ours = is_ours(&row, &cursor);
        shown_one(row, is_ours.then_some(newest), now)
    };
    Ok(rows.into_iter().zip(cursors).map(record).collect())
}

/// `newest` is the book's newest event, and `None` if the book does not have the consumer's.
fn shown_one(row: ConsumerRow, newest: Option<Sequence>, now: Instant) -> ConsumerRecord {
    let is_held = !row.holder.is_empty() && row.leased_until > now.micros();
    ConsumerRecord {
        name: row.name,
        state: match (newest, is_held) {
            (None, _) => ConsumerRecord::FOREIGN,
            (Some(_), true) => "held",
            (Some(_), false) => "free",
        },
        cursor: row.cursor,
        behind: newest.map(|newest| newest.0.saturating_sub(row.sequence).max(0)),
        acknowledged_at: row.acknowledged_at.and_then(Instant::from_micros),
        holder: Some(row.holder).filter(|_| is_held),
        leased_until: Some(row.leased_until).filter(|_| is_held).and_then(Instant::from_micros),
        epoch: row.epoch,
        created_at: Instant::from_micros(row.created_at).unwrap_or(Instant::EPOCH),
    }
}

fn unknown(name: &str) -> Error {
    InputError::ConsumerUnknown { consumer: name.chars().take(80).collect() }.into()
}

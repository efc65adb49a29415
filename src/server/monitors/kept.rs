//! Adding, listing and removing monitors, and reading what happened to them.

use std::time::Duration;

use crate::error::{Error, InputError};
use crate::facts::{AccountName, Instant};
use crate::ledger::{EventCursor, Ledger, Standing, Watched};
use crate::money::{Currency, CurrencyCode};
use crate::server::monitors::condition::{Condition, WrittenCondition};
use crate::server::plain_names;
use crate::store::{DatabaseUrl, MonitorEventRow, MonitorRow, MonitorRows, Place, StoreOptions};
use crate::wire::{MonitorEventRecord, MonitorRecord};

/// How long writers that are under way are waited for.
const WRITERS_WAIT: Duration = Duration::from_secs(1);

/// The monitors of a book: each is a condition on what accounts have. A server judges them; they are kept beside the book, and are no part of it.
///
/// ```
/// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
/// # let (folder, ledger) = support::new_book()?;
/// # let url = format!("sqlite://{}", folder.path().join("other.db").display()).parse()?;
/// use teller::ledger::Watched;
/// use teller::server::Monitors;
///
/// let monitors = Monitors::of_book(&url, Default::default());
/// let alice = Watched::Account("customers:alice".parse()?);
/// let low = monitors.add("alice-low", &alice, "available < 150.00", &ledger)?;
/// assert!(low.raised, "she has 100.00");
/// let (events, _) = monitors.events("alice-low", 0, 10)?;
/// assert_eq!(events.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Monitors(Place);

/// A monitor, and how far it is judged.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) name: String,
    pub(super) watched: Watched,
    pub(super) currency: Currency,
    pub(super) condition: Condition,
    pub(super) is_raised: bool,
    pub(super) changed_at: Option<Instant>,
    pub(super) standing: Standing,
    pub(super) cursor: Option<EventCursor>,
    pub(super) created_at: Instant,
}

/// What became of a condition.
const RAISED: &str = "raised";
const CLEARED: &str = "cleared";

impl Monitors {
    /// Those of a book. Nothing is connected to before it is needed.
    #[must_use]
    pub fn of_book(url: &DatabaseUrl, options: StoreOptions) -> Self {
        Self(Place::of_book(url, options))
    }

    pub(super) const fn rows(&self) -> MonitorRows<'_> {
        MonitorRows(&self.0)
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn list(&self) -> Result<Vec<MonitorRecord>, Error> {
        Ok(self.kept()?.iter().map(Kept::shown).collect())
    }

    pub(super) fn kept(&self) -> Result<Vec<Kept>, Error> {
        let mut rows = self.rows().list()?;
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(rows.into_iter().map(Kept::read).collect::<Result<_, _>>()?)
    }

    /// The one of that name.
    ///
    /// # Errors
    /// [`InputError::MonitorUnknown`], [`Error::Store`].
    pub fn get(&self, name: &str) -> Result<MonitorRecord, Error> {
        let found = self.kept()?.into_iter().find(|monitor| monitor.name == name);
        found.map(|monitor| monitor.shown()).ok_or_else(|| unknown(name))
    }

    /// Adds one. It is judged at once by what the accounts have now, and from then on by each event.
    ///
    /// # Errors
    /// [`InputError::Text`] for a name that is not plain, [`InputError::MonitorExists`], [`InputError::Request`] for a text that is no condition;
    /// [`Error::Rejected`] where there is no such account or currency; [`Error::Store`].
    pub fn add(&self, name: &str, watched: &Watched, condition: &str, ledger: &Ledger) -> Result<MonitorRecord, Error> {
        plain_names::check("name of the monitor", name)?;
        let written: WrittenCondition = condition.parse()?;
        let currency = match watched {
            Watched::Account(account) => ledger.get_account(account)?.currency,
            Watched::Prefix { currency, .. } => ledger.get_currency(*currency)?.currency,
        };
        let (cursor, standing) = ledger.standing(watched, WRITERS_WAIT)?;
        let (condition, now) = (written.in_currency(currency)?, ledger.clock().now());
        let is_raised = condition.is_true(&standing);
        let kept = Kept {
            name: name.to_owned(),
            watched: watched.clone(),
            currency,
            condition,
            is_raised,
            changed_at: is_raised.then_some(now),
            standing,
            cursor,
            created_at: now,
        };
        let first = is_raised.then(|| kept.event(cursor, now));
        if !self.rows().add(&kept.row(), first.as_ref())? {
            return Err(InputError::MonitorExists(name.to_owned()).into());
        }
        Ok(kept.shown())
    }

    /// Forgets one, and its events. Returns it as it was.
    ///
    /// # Errors
    /// [`InputError::MonitorUnknown`], [`Error::Store`].
    pub fn remove(&self, name: &str) -> Result<MonitorRecord, Error> {
        let was = self.get(name)?;
        self.rows().remove(name)?;
        Ok(was)
    }

    /// What happened to one behind a number, in order; and the number to go on behind, where there may be more.
    ///
    /// # Errors
    /// [`InputError::MonitorUnknown`], [`Error::Store`].
    pub fn events(&self, name: &str, behind: i64, limit: u32) -> Result<(Vec<MonitorEventRecord>, Option<i64>), Error> {
        let monitor = self.get(name)?;
        let rows = self.rows().events(Some(name), behind, i64::from(limit))?;
        let next = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.number);
        Ok((rows.into_iter().map(|row| shown_event(row, &monitor)).collect(), next))
    }
}

impl Kept {
    pub(super) fn read(row: MonitorRow) -> Result<Self, InputError> {
        // What is kept was written by this code.
        let unreadable = |what: &str| InputError::request(format!("the monitor {} cannot be read: {what}", row.name));
        let code: CurrencyCode = row.currency.parse()?;
        let exponent = u8::try_from(row.exponent).map_err(|_| unreadable("its exponent"))?;
        let currency = Currency::new(code, exponent)?;
        let watched = match row.account.as_str() {
            "" => Watched::Prefix { prefix: row.prefix.clone(), currency: code },
            account => Watched::Account(account.parse::<AccountName>()?),
        };
        let sum = |text: &str| text.parse::<i128>().map_err(|_| unreadable("its sums"));
        let cursor = row.cursor.as_deref().map(str::parse).transpose().map_err(InputError::request)?;
        Ok(Self {
            watched,
            currency,
            condition: row.condition.parse::<WrittenCondition>()?.in_currency(currency)?,
            is_raised: row.is_raised != 0,
            changed_at: row.changed_at.and_then(Instant::from_micros),
            standing: Standing { posted: sum(&row.posted)?, held: sum(&row.held)? },
            cursor,
            created_at: Instant::from_micros(row.created_at).unwrap_or(Instant::EPOCH),
            name: row.name,
        })
    }

    pub(super) fn row(&self) -> MonitorRow {
        let (account, prefix) = match &self.watched {
            Watched::Account(account) => (account.to_string(), String::new()),
            Watched::Prefix { prefix, .. } => (String::new(), prefix.clone()),
        };
        MonitorRow {
            name: self.name.clone(),
            account,
            prefix,
            currency: self.currency.code().to_string(),
            exponent: self.currency.exponent().into(),
            condition: self.condition.to_string(),
            is_raised: self.is_raised.into(),
            changed_at: self.changed_at.map(Instant::micros),
            posted: self.standing.posted.to_string(),
            held: self.standing.held.to_string(),
            cursor: self.cursor.map(|cursor| cursor.to_string()),
            sequence: self.sequence(),
            created_at: self.created_at.micros(),
        }
    }

    /// The sequence up to which it is judged.
    pub(super) fn sequence(&self) -> i64 {
        self.cursor.map_or(0, |cursor| cursor.sequence.0)
    }

    /// Takes note of whether the condition is true now, behind an event, and gives the event of its own where that has changed.
    pub(super) fn settle(&mut self, behind: Option<EventCursor>, time: Instant) -> Option<MonitorEventRow> {
        let is_true = self.condition.is_true(&self.standing);
        if is_true == self.is_raised {
            return None;
        }
        (self.is_raised, self.changed_at) = (is_true, Some(time));
        Some(self.event(behind, time))
    }

    /// That it is now as it is, behind an event. Its number is given when it is kept.
    pub(super) fn event(&self, behind: Option<EventCursor>, time: Instant) -> MonitorEventRow {
        MonitorEventRow {
            number: 0,
            monitor: self.name.clone(),
            kind: if self.is_raised { RAISED } else { CLEARED }.to_owned(),
            event: behind.map(|cursor| cursor.to_string()),
            sequence: behind.map_or(0, |cursor| cursor.sequence.0),
            time: time.micros(),
            value: self.condition.value(&self.standing),
        }
    }

    pub(super) fn shown(&self) -> MonitorRecord {
        let (account, prefix) = match &self.watched {
            Watched::Account(account) => (Some(account.to_string()), None),
            Watched::Prefix { prefix, .. } => (None, Some(prefix.clone())),
        };
        MonitorRecord {
            name: self.name.clone(),
            account,
            prefix,
            currency: self.currency.code(),
            condition: self.condition.to_string(),
            raised: self.is_raised,
            value: self.condition.value(&self.standing),
            changed_at: self.changed_at,
            cursor: self.cursor.map(|cursor| cursor.to_string()),
            created_at: self.created_at,
        }
    }
}

pub(super) fn shown_event(row: MonitorEventRow, monitor: &MonitorRecord) -> MonitorEventRecord {
    MonitorEventRecord {
        number: row.number,
        r#type: format!("teller.monitor.{}", row.kind),
        time: Instant::from_micros(row.time).unwrap_or(Instant::EPOCH),
        monitor: row.monitor,
        condition: monitor.condition.clone(),
        value: row.value,
        currency: monitor.currency,
        event: row.event,
    }
}

fn unknown(name: &str) -> Error {
    InputError::MonitorUnknown(name.chars().take(80).collect()).into()
}

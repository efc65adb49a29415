//! Adding, listing and changing endpoints.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::error::{Error, InputError};
use crate::facts::{Instant, NamePrefix};
use crate::ledger::{EventCursor, Ledger};
use crate::server::feed::start::EventStart;
use crate::server::webhooks::address::{Network, URL_CHARACTERS_MAX, check_url, plain_url};
use crate::server::webhooks::client::{Client, Message, SEND_TIME_MAX};
use crate::server::webhooks::kind::WebhookKind;
use crate::server::webhooks::{body, secret};
use crate::store::{
    DatabaseUrl, Deliveries, DeliveryRow, DeliveryState, MonitorRows, ServerStore, StoreOptions, WebhookRow,
    WebhookRows, WebhookState,
};
use crate::wire::hex::to_hex;
use crate::wire::{DeliveryRecord, WebhookMadeRecord, WebhookRecord, WebhookTestRecord};

const ID_BYTES: usize = 6;

/// The endpoints that are told of a book's events. They are kept beside the book, and are no part of it.
///
/// ```
/// use teller::server::{NewWebhook, Webhooks};
///
/// # let folder = tempfile::tempdir()?;
/// # let url: teller::store::DatabaseUrl = format!("sqlite://{}", folder.path().join("book.db").display()).parse()?;
/// # teller::Ledger::open_or_create(url.clone(), Default::default())?;
/// let webhooks = Webhooks::of_book(&url, Default::default());
/// let now = teller::Clock::system().now();
/// let made = webhooks.add(NewWebhook::new("https://hooks.example/teller"), now)?;
/// assert!(made.secret.starts_with("whsec_"));
/// assert_eq!(webhooks.list()?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Webhooks(ServerStore);

/// An endpoint that is to be added.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Where events are sent.
    pub url: String,
    /// The kinds of events that it is told of, crossings of monitors among them; empty for all.
    pub kinds: Vec<WebhookKind>,
    /// Only events about accounts whose names begin with this, and crossings of monitors of such accounts alone; empty for all.
    pub accounts: NamePrefix,
    /// Whether an event waits until the one before it has arrived.
    pub ordered: bool,
    /// Whether its address may be one of a private network, and its URL one without TLS.
    pub allow_private: bool,
    /// What is behind this event is sent, and crossings that came behind it; `None` for all.
    pub after: Option<EventCursor>,
}

impl NewWebhook {
    /// An endpoint that is told of all events and crossings, in order.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        let (kinds, accounts, after) = (Vec::new(), NamePrefix::default(), None);
        Self { url: url.into(), kinds, accounts, ordered: true, allow_private: false, after }
    }

    /// Refuses a URL that events cannot be sent to.
    pub(in crate::server) fn check_url(&self) -> Result<(), InputError> {
        check_url(&self.url, if self.allow_private { Network::Any } else { Network::Public })
    }
}

impl Webhooks {
    /// Those of a book. Nothing is connected to before it is needed.
    #[must_use]
    pub fn of_book(url: &DatabaseUrl, options: StoreOptions) -> Self {
        Self(ServerStore::of_book(url, options))
    }

    /// Opens the file where it is there, so that it is missed when it goes.
    pub(in crate::server) fn open_file(&self) -> Result<(), Error> {
        Ok(self.0.open_file()?)
    }

    const fn rows(&self) -> WebhookRows<'_> {
        WebhookRows(&self.0)
    }

    const fn deliveries_of_all(&self) -> Deliveries<'_> {
        Deliveries(&self.0)
    }

    /// All of them, in the order in which they were added.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn list(&self) -> Result<Vec<WebhookRecord>, Error> {
        let rows = self.rows().list()?;
        let counts: HashMap<_, _> =
            self.deliveries_of_all().count()?.into_iter().map(|(id, state, rows)| ((id, state), rows)).collect();
        let count = |id: &str, state: DeliveryState| {
            counts.get(&(id.to_owned(), state.as_str().to_owned())).copied().unwrap_or_default()
        };
        let record = |row: WebhookRow| {
            let (waiting, dead) = (count(&row.id, DeliveryState::Waiting), count(&row.id, DeliveryState::Dead));
            shown(row, waiting, dead)
        };
        Ok(rows.into_iter().map(record).collect())
    }

    /// The one with that id or URL.
    ///
    /// # Errors
    /// [`Error::Input`] where there is none; [`Error::Store`].
    pub fn get(&self, name: &str) -> Result<WebhookRecord, Error> {
        let found = self.list()?.into_iter().find(|webhook| webhook.id == name || is_same_url(&webhook.url, name));
        found.ok_or_else(|| unknown(name))
    }

    fn row(&self, name: &str) -> Result<WebhookRow, Error> {
        let found =
            self.rows().list()?.into_iter().find(|webhook| webhook.id == name || is_same_url(&webhook.url, name));
        found.ok_or_else(|| unknown(name))
    }

    /// Adds one. Its secret is shown this once.
    ///
    /// # Errors
    /// [`Error::Input`] for a URL that events cannot be sent to, such as that of a private address that is not allowed, or that there is already; [`Error::Store`]; [`Error::File`] where the system
    /// gives no random bytes.
    pub fn add(&self, new: NewWebhook, now: Instant) -> Result<WebhookMadeRecord, Error> {
        new.check_url()?;
        let new = NewWebhook { url: plain_url(&new.url), ..new };
        if let Some(other) = self.rows().list()?.iter().find(|other| is_same_url(&other.url, &new.url)) {
            let problem = format!("there is a webhook for this URL already, {}", other.id);
            return Err(InputError::request(problem).into());
        }
        let row = WebhookRow {
            id: format!("wh_{}", random_hex()?),
            url: new.url,
            secret: secret::make().map_err(no_random)?,
            old_secret: None,
            old_secret_until: None,
            types: new.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(","),
            accounts: new.accounts.to_string(),
            is_ordered: i64::from(new.ordered),
            may_be_private: i64::from(new.allow_private),
            state: WebhookState::Active.as_str().to_owned(),
            reason: None,
            cursor: new.after.map(|cursor| cursor.to_string()),
            crossing: self.crossing_at(new.after)?,
            delivered: 0,
            delivered_at: None,
            created_at: now.micros(),
            holder: String::new(),
            epoch: 0,
            leased_until: 0,
        };
        self.rows().add(&row)?;
        Ok(made(row))
    }

    /// The number of the crossing behind which all are that came behind an event.
    fn crossing_at(&self, cursor: Option<EventCursor>) -> Result<i64, Error> {
        match cursor {
            Some(cursor) => Ok(MonitorRows(&self.0).number_at(cursor.sequence.0)?),
            None => Ok(0),
        }
    }

    /// Makes a new secret. The old one signs too for a time.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook; [`Error::Store`]; [`Error::File`].
    pub fn rotate(&self, name: &str, old_valid_for: Duration, now: Instant) -> Result<WebhookMadeRecord, Error> {
        let mut row = self.row(name)?;
        row.secret = secret::make().map_err(no_random)?;
        self.rows().rotate(&row.id, &row.secret, now.after(old_valid_for).micros())?;
        Ok(made(row))
    }

    /// Sends nothing until it is resumed. What happens meanwhile is sent then.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook; [`Error::Store`].
    pub fn pause(&self, name: &str) -> Result<WebhookRecord, Error> {
        let row = self.row(name)?;
        self.rows().set_state(&row.id, WebhookState::Paused, None)?;
        self.get(&row.id)
    }

    /// Sends again, also where the receiver had said that it is gone. What waits for its next attempt is tried at once.
    ///
    /// # Errors
    /// [`InputError::WebhookUnknown`]; [`InputError::CursorForeign`] where the book was restored to an earlier state and does not have the event
    /// behind which it stands: [`Webhooks::replay_after`] puts it elsewhere; [`Error::Store`].
    pub fn resume(&self, name: &str, ledger: &Ledger) -> Result<WebhookRecord, Error> {
        let row = self.row(name)?;
        if let Some(cursor) = row.cursor.as_deref().and_then(|text| text.parse().ok()) {
            EventStart::Behind(cursor).find(ledger)?;
        }
        self.deliveries_of_all().hasten(&row.id, ledger.clock().now().micros())?;
        self.rows().set_state(&row.id, WebhookState::Active, None)?;
        self.get(&row.id)
    }

    /// Forgets it, and what was to be delivered to it. Returns it as it was.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook; [`Error::Store`].
    pub fn remove(&self, name: &str) -> Result<WebhookRecord, Error> {
        let was = self.get(name)?;
        self.rows().remove(&was.id)?;
        Ok(was)
    }

    /// The events that did not arrive at their first attempt, in the book's order, behind a sequence; and the sequence to go on behind, where
    /// there are more.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook; [`Error::Store`].
    pub fn deliveries(&self, name: &str, behind: i64, limit: u32) -> Result<(Vec<DeliveryRecord>, Option<i64>), Error> {
        let row = self.row(name)?;
        Ok(page(self.deliveries_of_all().list(&row.id, behind, one_more(limit))?, limit))
    }

    /// The same, of those in one state.
    pub(in crate::server) fn deliveries_in(
        &self,
        name: &str,
        state: DeliveryState,
        behind: i64,
        limit: u32,
    ) -> Result<(Vec<DeliveryRecord>, Option<i64>), Error> {
        let row = self.row(name)?;
        Ok(page(self.deliveries_of_all().list_in(&row.id, state, behind, one_more(limit))?, limit))
    }

    /// Sends an event again that is among the deliveries, at once and with all attempts before it.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook or delivery; [`Error::Store`].
    pub fn replay(&self, name: &str, event: &str, now: Instant) -> Result<WebhookRecord, Error> {
        let row = self.row(name)?;
        if !self.deliveries_of_all().replay(&row.id, event, now.micros())? {
            return Err(no_delivery(&row.id, event));
        }
        self.get(&row.id)
    }

    /// Refuses an event that is not among the deliveries.
    pub(in crate::server) fn check_delivery(&self, name: &str, event: &str) -> Result<(), Error> {
        let row = self.row(name)?;
        if self.deliveries_of_all().has(&row.id, event)? { Ok(()) } else { Err(no_delivery(&row.id, event)) }
    }

    /// The same for all events that failed for good.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook; [`Error::Store`].
    pub fn replay_dead(&self, name: &str, now: Instant) -> Result<WebhookRecord, Error> {
        let row = self.row(name)?;
        self.deliveries_of_all().replay_dead(&row.id, now.micros())?;
        self.get(&row.id)
    }

    /// Sends everything again that is behind an event, and the crossings that came behind it, or all.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook; [`Error::Store`].
    pub fn replay_after(&self, name: &str, cursor: Option<EventCursor>) -> Result<WebhookRecord, Error> {
        let row = self.row(name)?;
        let crossing = self.crossing_at(cursor)?;
        self.rows().rewind(&row.id, cursor.map(|cursor| cursor.to_string()).as_ref(), crossing)?;
        self.get(&row.id)
    }

    /// Sends an event once that is none of the book's, signed like any other.
    ///
    /// # Errors
    /// [`Error::Input`] where there is no such webhook; [`Error::Store`]; [`Error::File`].
    pub fn test(&self, name: &str, book: Uuid, now: Instant) -> Result<WebhookTestRecord, Error> {
        let row = self.row(name)?;
        let id = format!("test-{}", random_hex()?);
        let event = json!({
            "specversion": "1.0",
            "id": id,
            "source": format!("urn:uuid:{book}"),
            "type": "teller.webhook.test",
            "time": now,
            "datacontenttype": "application/json",
            "data": {"webhook": row.id},
        });
        let text = body::of(&event).map_err(|error| InputError::request(error.to_string()))?;
        let attempt = Client::new(SEND_TIME_MAX).send(&row, Message { id: &id, body: &text }, now);
        Ok(WebhookTestRecord {
            delivered: attempt.problem.is_none(),
            status: attempt.status.map(i64::from),
            problem: attempt.problem,
            milliseconds: i64::try_from(attempt.took.as_millis()).unwrap_or(i64::MAX),
        })
    }
}

fn no_delivery(webhook: &str, event: &str) -> Error {
    let shown: String = event.chars().take(40).collect();
    let problem = format!("{shown:?} is not among the deliveries of {webhook}; replay from a cursor instead");
    InputError::request(problem).into()
}

fn made(row: WebhookRow) -> WebhookMadeRecord {
    WebhookMadeRecord { id: row.id, url: row.url, secret: row.secret, cursor: row.cursor }
}

fn shown(row: WebhookRow, waiting: i64, dead: i64) -> WebhookRecord {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    WebhookRecord {
        id: row.id,
        url: row.url,
        state: row.state,
        reason: row.reason,
        types: some(row.types),
        accounts: some(row.accounts),
        ordered: row.is_ordered != 0,
        allow_private: row.may_be_private != 0,
        cursor: row.cursor,
        crossing: row.crossing,
        delivered: row.delivered,
        waiting,
        dead,
        delivered_at: row.delivered_at.and_then(Instant::from_micros),
        created_at: Instant::from_micros(row.created_at).unwrap_or(Instant::EPOCH),
        old_secret_until: row.old_secret_until.and_then(Instant::from_micros),
    }
}

/// One row more than asked for tells whether there is another page.
fn one_more(limit: u32) -> i64 {
    i64::from(limit) + 1
}

/// Deliveries, of which one more than asked for was read, and the sequence to go on behind where there are more.
fn page(mut rows: Vec<DeliveryRow>, limit: u32) -> (Vec<DeliveryRecord>, Option<i64>) {
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| has_more).map(|row| row.sequence);
    (rows.into_iter().map(shown_delivery).collect(), next)
}

fn shown_delivery(row: DeliveryRow) -> DeliveryRecord {
    let is_waiting = row.state == DeliveryState::Waiting.as_str();
    DeliveryRecord {
        event: row.event,
        r#type: row.kind,
        state: row.state,
        attempts: row.attempts,
        tried_at: Instant::from_micros(row.tried_at).unwrap_or(Instant::EPOCH),
        next_at: Some(row.next_at).filter(|_| is_waiting).and_then(Instant::from_micros),
        status: row.status,
        problem: row.problem,
    }
}

/// Whether both are one URL, however they are written.
pub(in crate::server) fn is_same_url(one: &str, other: &str) -> bool {
    plain_url(one) == plain_url(other)
}

fn unknown(name: &str) -> Error {
    InputError::WebhookUnknown(name.chars().take(URL_CHARACTERS_MAX).collect()).into()
}

fn no_random(source: std::io::Error) -> Error {
    Error::File { doing: "read random bytes".to_owned(), source }
}

/// A few random bytes, in hexadecimal digits.
pub(super) fn random_hex() -> Result<String, Error> {
    let mut bytes = [0; ID_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| no_random(std::io::Error::other(error.to_string())))?;
    Ok(to_hex(&bytes))
}

//! The delivery to one endpoint, by one thread of the server that has the right to.
//!
//! At least once, and in order: an event is sent behind the answer to the one before it, and how far the endpoint has come is written behind
//! that. An event that does not arrive gets a row of its own in the same transaction that moves the endpoint behind it. Where the order
//! matters, nothing is sent as long as there is such a row. Where it does not, several events are under way at once (`unordered.rs`).

use std::time::Duration;

use tracing::{debug, warn};

use crate::error::{Error, InputError};
use crate::facts::Instant;
use crate::ledger::{Event, EventCursor, EventFilter, EventPage, Ledger};
use crate::server::webhooks::attempts;
use crate::server::webhooks::board::Board;
use crate::server::webhooks::body;
use crate::server::webhooks::client::{Attempted, Client, Message};
use crate::store::{
    Deliveries, DeliveryRow, DeliveryState, Failed, Moved, Place, WebhookRow, WebhookRows, WebhookState,
};
use crate::wire::{EventRecord, event_type, read_event_kind};

/// How many events are in memory at once.
const PAGE_EVENTS: u32 = 100;
/// How long nothing is looked for, where nothing happens.
pub(super) const PAUSE_MAX: Duration = Duration::from_millis(500);
const FAULT_PAUSE: Duration = Duration::from_secs(1);
pub(super) const GONE: &str = "the receiver answered 410: it is gone";

/// What the deliveries of one server share.
pub(super) struct Means {
    pub(super) ledger: Ledger,
    pub(super) place: Place,
    pub(super) client: Client,
    pub(super) retries: Vec<Duration>,
}

pub(super) struct Worker<'a> {
    pub(super) means: &'a Means,
    pub(super) board: &'a Board,
    pub(super) webhook: String,
    pub(super) epoch: i64,
    pub(super) cursor: Option<EventCursor>,
}

/// An event that did not arrive at its first attempt.
pub(super) struct Failure {
    pub(super) delivery: DeliveryRow,
    pub(super) is_gone: bool,
}

/// What is to be done next.
pub(super) enum Next {
    More,
    Wait(Duration),
    /// Another one delivers now, or nobody should.
    End,
}

impl<'a> Worker<'a> {
    /// `None` where what is kept of the endpoint cannot be read.
    pub(super) fn new(means: &'a Means, board: &'a Board, row: &WebhookRow) -> Option<Self> {
        let cursor = row.cursor.as_deref().map(str::parse).transpose().ok()?;
        Some(Self { means, board, webhook: row.id.clone(), epoch: row.epoch, cursor })
    }

    /// Delivers until it is no longer for this one to do.
    pub(super) fn run(mut self) {
        debug!(webhook = self.webhook, epoch = self.epoch, "delivering");
        loop {
            let newest = self.board.newest();
            match self.step() {
                Ok(Next::More) => {}
                Ok(Next::Wait(time)) => self.board.wait(newest, time.min(PAUSE_MAX)),
                Ok(Next::End) => return,
                Err(Error::Input(InputError::CursorForeign { cursor, .. })) => {
                    let reason = format!("the book has no event {cursor}; it was restored to an earlier state");
                    self.disable(&reason);
                    return;
                }
                Err(fault) => {
                    warn!(webhook = self.webhook, %fault, "events cannot be read or noted; they are tried again");
                    self.board.wait(newest, FAULT_PAUSE);
                }
            }
        }
    }

    fn step(&mut self) -> Result<Next, Error> {
        let Some(row) = self.row() else { return Ok(Next::End) };
        if row.is_ordered == 0 {
            return self.send_several(&row);
        }
        if let Some(head) = Deliveries(&self.means.place).waiting(&row.id, 1)?.first() {
            let now = self.now().micros();
            if head.next_at > now {
                return Ok(Next::Wait(Duration::from_micros(head.next_at.abs_diff(now))));
            }
            return self.send_again(&row, head);
        }
        self.send_page(&row)
    }

    pub(super) fn row(&self) -> Option<WebhookRow> {
        self.board.find(&self.webhook, self.epoch)
    }

    pub(super) fn now(&self) -> Instant {
        self.means.ledger.clock().now()
    }

    /// The next events of the book that the endpoint is told of.
    pub(super) fn page(&self, row: &WebhookRow, limit: u32) -> Result<EventPage, Error> {
        let words = row.types.split(',').filter(|word| !word.is_empty());
        let kinds = words.map(read_event_kind).collect::<Result<_, _>>().map_err(InputError::request)?;
        let filter = EventFilter { kinds, accounts: row.accounts.as_str().into() };
        self.means.ledger.list_events(self.cursor, &filter, limit, Duration::ZERO)
    }

    /// Sends the next events of the book.
    fn send_page(&mut self, row: &WebhookRow) -> Result<Next, Error> {
        let page = self.page(row, PAGE_EVENTS)?;
        for event in &page.events {
            let Some(row) = self.row() else { return Ok(Next::End) };
            let next = self.send_new(&row, event)?;
            if !matches!(next, Next::More) {
                return Ok(next);
            }
        }
        self.pass(page.next);
        Ok(if page.is_last { Next::Wait(PAUSE_MAX) } else { Next::More })
    }

    /// Goes behind events that the endpoint is not told of.
    pub(super) fn pass(&mut self, next: Option<EventCursor>) {
        if let Some(cursor) = next.filter(|next| Some(*next) != self.cursor) {
            self.cursor = Some(cursor);
            self.board.advance(&self.webhook, self.epoch, cursor, 0);
        }
    }

    /// Sends an event for the first time.
    fn send_new(&mut self, row: &WebhookRow, event: &Event) -> Result<Next, Error> {
        let cursor = event.cursor();
        let Some(failure) = self.try_new(row, event)? else {
            self.cursor = Some(cursor);
            self.board.advance(&self.webhook, self.epoch, cursor, 1);
            return Ok(Next::More);
        };
        let delivered = self.board.take_arrived(&self.webhook);
        let moved = Moved { webhook: self.webhook.clone(), epoch: self.epoch, cursor: cursor.to_string(), delivered };
        if !Deliveries(&self.means.place).put_off(&failure.delivery, &moved)? {
            return Ok(Next::End);
        }
        self.cursor = Some(cursor);
        if failure.is_gone {
            self.disable(GONE);
            return Ok(Next::End);
        }
        // The next step waits for this event.
        Ok(Next::Wait(Duration::ZERO))
    }

    /// Tries an event for the first time. `None` where it arrived.
    pub(super) fn try_new(&self, row: &WebhookRow, event: &Event) -> Result<Option<Failure>, Error> {
        let id = event.cursor().to_string();
        let body = body::of(&EventRecord::new(event)).map_err(|error| InputError::request(error.to_string()))?;
        let attempt = self.means.client.send(row, Message { id: &id, body: &body }, self.now());
        if attempt.problem.is_none() {
            return Ok(None);
        }
        let failed = self.failed(&attempt, 1);
        let delivery = DeliveryRow {
            webhook: self.webhook.clone(),
            event: id,
            sequence: event.sequence.0,
            kind: event_type(event.kind),
            body,
            state: failed.state.as_str().to_owned(),
            attempts: 1,
            tried_at: failed.tried_at,
            next_at: failed.next_at,
            status: failed.status,
            problem: failed.problem,
        };
        Ok(Some(Failure { delivery, is_gone: attempt.is_gone() }))
    }

    /// Sends an event again that did not arrive.
    pub(super) fn send_again(&self, row: &WebhookRow, delivery: &DeliveryRow) -> Result<Next, Error> {
        if self.row().is_none() {
            return Ok(Next::End);
        }
        let message = Message { id: &delivery.event, body: &delivery.body };
        let attempt = self.means.client.send(row, message, self.now());
        let outcome = self.failed(&attempt, delivery.attempts + 1);
        Deliveries(&self.means.place).note(delivery, &outcome)?;
        if attempt.is_gone() {
            self.disable(GONE);
            return Ok(Next::End);
        }
        Ok(Next::More)
    }

    /// What is noted of an attempt, after so many.
    fn failed(&self, attempt: &Attempted, attempts_made: i64) -> Failed {
        let mut salt = [0];
        // Without random bytes all are tried again at the time of the table, which is no harm.
        let _ = getrandom::fill(&mut salt);
        let next = attempts::next(&self.means.retries, attempts_made, attempt.retry_after, salt[0]);
        let now = self.now();
        let state = match (&attempt.problem, next) {
            (None, _) => DeliveryState::Delivered,
            (Some(_), Some(_)) => DeliveryState::Waiting,
            (Some(_), None) => DeliveryState::Dead,
        };
        Failed {
            state,
            tried_at: now.micros(),
            next_at: now.after(next.unwrap_or_default()).micros(),
            status: attempt.status.map(i64::from),
            problem: attempt.problem.clone(),
        }
    }

    pub(super) fn disable(&self, reason: &str) {
        warn!(webhook = self.webhook, reason, "the webhook is disabled");
        let rows = WebhookRows(&self.means.place);
        if let Err(fault) = rows.set_state(&self.webhook, WebhookState::Disabled, Some(&reason.to_owned())) {
            warn!(webhook = self.webhook, %fault, "that it is disabled cannot be noted");
        }
    }
}

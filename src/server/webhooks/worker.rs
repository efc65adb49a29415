//! The delivery to one endpoint, by one thread of the server that has the right to.
//!
//! At least once, and in order: an event is sent behind the answer to the one before it, and how far the endpoint has come is written behind
//! that. A crossing of a monitor is sent once the endpoint has come behind the event that caused it. An event that does not arrive gets a row of its own in the same transaction that moves the endpoint behind it. Where the order
//! matters, nothing is sent as long as there is such a row. Where it does not, several events are under way at once (`unordered.rs`).

use std::time::Duration;

use tracing::{debug, warn};

use crate::error::{Error, InputError};
use crate::facts::{Instant, Sequence};
use crate::ledger::{EventCursor, EventPage, Ledger};
use crate::server::monitors::crossing::Crossing;
use crate::server::webhooks::attempts;
use crate::server::webhooks::board::Board;
use crate::server::webhooks::client::{Attempted, Client, Message};
use crate::server::webhooks::kind::Told;
use crate::server::webhooks::notice::{Notice, Reached};
use crate::store::{
    Deliveries, DeliveryRow, DeliveryState, Failed, Moved, ServerStore, WebhookRow, WebhookRows, WebhookState,
};

/// How many events are in memory at once.
const PAGE_EVENTS: u32 = 100;
/// How long nothing is looked for, where nothing happens.
pub(super) const PAUSE_MAX: Duration = Duration::from_millis(500);
const FAULT_PAUSE: Duration = Duration::from_secs(1);
pub(super) const GONE: &str = "the receiver answered 410: it is gone";

/// What the deliveries of one server share.
pub(super) struct Means {
    pub(super) ledger: Ledger,
    pub(super) place: ServerStore,
    pub(super) client: Client,
    pub(super) retries: Vec<Duration>,
}

pub(super) struct Worker<'a> {
    pub(super) means: &'a Means,
    pub(super) board: &'a Board,
    pub(super) webhook: String,
    pub(super) epoch: i64,
    pub(super) cursor: Option<EventCursor>,
    /// Everything up to the crossing of this number was sent.
    pub(super) crossing: i64,
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
        Some(Self { means, board, webhook: row.id.clone(), epoch: row.epoch, cursor, crossing: row.crossing })
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
            let [now, latest] = self.now_and_latest();
            if (now + 1..=latest).contains(&head.next_at) {
                return Ok(Next::Wait(Duration::from_micros(head.next_at.abs_diff(now))));
            }
            return self.send_again(&row, head);
        }
        let told = Self::told(&row)?;
        let events = self.send_events(&told)?;
        if matches!(events, Next::End) || matches!(events, Next::Wait(time) if time.is_zero()) {
            return Ok(events);
        }
        let crossings = self.send_crossings(&told)?;
        Ok(if matches!(crossings, Next::Wait(time) if time == PAUSE_MAX) { events } else { crossings })
    }

    pub(super) fn row(&self) -> Option<WebhookRow> {
        self.board.find(&self.webhook, self.epoch)
    }

    pub(super) fn now(&self) -> Instant {
        self.means.ledger.clock().now()
    }

    /// The time, and the latest one to which an attempt is put off from now. What is put off until later was so by a clock that was ahead, and is
    /// due: it would never be tried before that time comes.
    pub(super) fn now_and_latest(&self) -> [i64; 2] {
        let now = self.now();
        [now.micros(), now.after(attempts::put_off_max(&self.means.retries)).micros()]
    }

    /// What the endpoint is told of.
    pub(super) fn told(row: &WebhookRow) -> Result<Told, Error> {
        Ok(Told::read(&row.types, &row.accounts).map_err(InputError::request)?)
    }

    /// The next events of the book that the endpoint is told of. Where it is told of none it stands behind the newest one.
    pub(super) fn events(&self, told: &Told, limit: u32) -> Result<EventPage, Error> {
        if let Some(filter) = &told.events {
            return self.means.ledger.list_events(self.cursor, filter, limit, Duration::ZERO);
        }
        let next = self.board.newest().event;
        let newest = next.map_or(Sequence::UNASSIGNED, |cursor| cursor.sequence);
        Ok(EventPage { events: Vec::new(), next, is_last: true, horizon: newest, newest })
    }

    /// The next crossings that the endpoint is told of and that come behind events which it stands behind, and the number of the last one that
    /// was read.
    pub(super) fn crossings(&self, told: &Told, limit: u32) -> Result<(Vec<Notice>, i64), Error> {
        let newest = self.board.newest().crossing;
        if newest <= self.crossing || !told.has_crossings() {
            return Ok((Vec::new(), self.crossing));
        }
        let (mut read, last_read) = Crossing::list(&self.means.place, self.crossing, i64::from(limit))?;
        let come = self.cursor.map_or(0, |cursor| cursor.sequence.0);
        let ahead = read.iter().position(|crossing| crossing.sequence > come);
        read.truncate(ahead.unwrap_or(read.len()));
        let last = match ahead {
            Some(_) => read.last().map_or(self.crossing, |crossing| crossing.number),
            // Without any, those in between went with monitors that were removed.
            None => last_read.unwrap_or(newest),
        };
        let book = self.means.ledger.book_id()?;
        let sent = read.iter().filter(|crossing| told.lets_through(crossing));
        let notices = sent.map(|crossing| Notice::of_crossing(crossing, book)).collect::<Result<_, Error>>()?;
        Ok((notices, last))
    }

    /// Sends the next events of the book.
    fn send_events(&mut self, told: &Told) -> Result<Next, Error> {
        let page = self.events(told, PAGE_EVENTS)?;
        for event in &page.events {
            let next = self.send_new(&Notice::of_event(event)?)?;
            if !matches!(next, Next::More) {
                return Ok(next);
            }
        }
        self.pass(page.next);
        Ok(if page.is_last { Next::Wait(PAUSE_MAX) } else { Next::More })
    }

    /// Sends the next crossings of monitors.
    fn send_crossings(&mut self, told: &Told) -> Result<Next, Error> {
        let (notices, last) = self.crossings(told, PAGE_EVENTS)?;
        for notice in &notices {
            let next = self.send_new(notice)?;
            if !matches!(next, Next::More) {
                return Ok(next);
            }
        }
        Ok(if self.pass_crossings(last) || !notices.is_empty() { Next::More } else { Next::Wait(PAUSE_MAX) })
    }

    /// Goes behind events that the endpoint is not told of.
    pub(super) fn pass(&mut self, next: Option<EventCursor>) {
        if let Some(cursor) = next.filter(|next| Some(*next) != self.cursor) {
            self.reach(Reached::Event(cursor), 0);
        }
    }

    /// Goes behind crossings that the endpoint is not told of. Says whether there were any.
    pub(super) fn pass_crossings(&mut self, last: i64) -> bool {
        let has_passed = last > self.crossing;
        if has_passed {
            self.reach(Reached::Crossing(last), 0);
        }
        has_passed
    }

    /// Notes how far the endpoint has come.
    fn reach(&mut self, reached: Reached, arrived: i64) {
        self.stand_at(reached);
        self.board.advance(&self.webhook, self.epoch, reached, arrived);
    }

    pub(super) const fn stand_at(&mut self, reached: Reached) {
        match reached {
            Reached::Event(cursor) => self.cursor = Some(cursor),
            Reached::Crossing(number) => self.crossing = number,
        }
    }

    /// Sends something for the first time.
    fn send_new(&mut self, notice: &Notice) -> Result<Next, Error> {
        let Some(row) = self.row() else { return Ok(Next::End) };
        let Some(failure) = self.try_new(&row, notice) else {
            self.reach(notice.reached, 1);
            return Ok(Next::More);
        };
        let none =
            || Moved { webhook: self.webhook.clone(), epoch: self.epoch, cursor: None, crossing: None, delivered: 0 };
        let mut moved = self.board.take(&self.webhook).unwrap_or_else(none);
        notice.reached.note(&mut moved);
        if !Deliveries(&self.means.place).put_off(&failure.delivery, &moved)? {
            return Ok(Next::End);
        }
        self.stand_at(notice.reached);
        if failure.is_gone {
            self.disable(GONE);
            return Ok(Next::End);
        }
        // The next step waits for this one.
        Ok(Next::Wait(Duration::ZERO))
    }

    /// Tries something for the first time. `None` where it arrived.
    pub(super) fn try_new(&self, row: &WebhookRow, notice: &Notice) -> Option<Failure> {
        let attempt = self.means.client.send(row, Message { id: &notice.id, body: &notice.body }, self.now());
        attempt.problem.as_ref()?;
        let failed = self.failed(&attempt, 1);
        let delivery = DeliveryRow {
            webhook: self.webhook.clone(),
            event: notice.id.clone(),
            sequence: notice.sequence,
            kind: notice.kind.clone(),
            body: notice.body.clone(),
            state: failed.state.as_str().to_owned(),
            attempts: 1,
            tried_at: failed.tried_at,
            next_at: failed.next_at,
            status: failed.status,
            problem: failed.problem,
        };
        Some(Failure { delivery, is_gone: attempt.is_gone() })
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

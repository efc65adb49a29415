//! Which endpoints this server delivers to: it takes those that no other server holds, keeps them as long as it lives, and gives them back at
//! its end. An endpoint whose server is gone is free once its lease has run out.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as Stopwatch};

use tracing::{info, warn};

use crate::error::Error;
use crate::ledger::Ledger;
use crate::server::options::ServerOptions;
use crate::server::webhooks::board::{Board, Newest};
use crate::server::webhooks::client::Client;
use crate::server::webhooks::kept::random_hex;
use crate::server::webhooks::worker::{Means, Worker};
use crate::store::{
    DatabaseUrl, Deliveries, DeliveryState, MonitorRows, ServerStore, StoreOptions, WebhookRow, WebhookRows,
    WebhookState, latest_end,
};

/// The most endpoints that one server delivers to at once, a thread each.
const WORKERS_MAX: usize = 256;
/// The connections to the book that they share.
const CONNECTIONS: u32 = 4;
/// How often what has arrived is written, and the book is looked at while something happens.
const TICK: Duration = Duration::from_millis(50);
const LOOK_MAX: Duration = Duration::from_millis(500);
/// How often the endpoints are read anew.
const ROWS_INTERVAL: Duration = Duration::from_millis(500);
/// How long deliveries are kept that arrived at a later attempt.
const DELIVERED_KEPT: Duration = Duration::from_hours(7 * 24);
/// How long an event is kept whose attempts all failed. The event itself stays in the book.
const DEAD_KEPT: Duration = Duration::from_hours(90 * 24);
const FORGET_INTERVAL: Duration = Duration::from_hours(1);

/// The thread that delivers, which has one of its own for each endpoint.
pub(in crate::server) struct Deliverer(JoinHandle<()>);

impl Deliverer {
    /// Begins to deliver, until the server ends.
    pub(in crate::server) fn start(
        url: &DatabaseUrl,
        store: StoreOptions,
        options: &ServerOptions,
        is_ending: Arc<AtomicBool>,
    ) -> Result<Self, Error> {
        let board = Arc::new(Board::new(random_hex()?, is_ending));
        let (url, lease, retries) = (url.clone(), options.lease_time, options.webhook_retries.clone());
        let (place, client) = (ServerStore::of_book(&url, store), Client::new(options.webhook_time_max));
        let run = move || {
            if let Some(means) = wait_for_work(&board, &url, store, (place, client, retries)) {
                Leases { means: Arc::new(means), board, lease, workers: HashMap::new() }.run();
            }
        };
        let spawned = thread::Builder::new().name("webhooks".to_owned()).spawn(run);
        Ok(Self(spawned.map_err(|source| Error::File { doing: "start threads".to_owned(), source })?))
    }

    /// Waits until what is under way has ended.
    pub(in crate::server) fn join(self) {
        if self.0.join().is_err() {
            warn!("the deliveries ended with a panic");
        }
    }
}

/// Connects to the book once there is an endpoint. `None` where the server ends before.
fn wait_for_work(
    board: &Board,
    url: &DatabaseUrl,
    store: StoreOptions,
    (place, client, retries): (ServerStore, Client, Vec<Duration>),
) -> Option<Means> {
    loop {
        if board.is_ending() {
            return None;
        }
        match WebhookRows(&place).list() {
            Ok(rows) if rows.is_empty() => {}
            Ok(_) => {
                let opened = Ledger::open(url.clone(), StoreOptions { connections_max: CONNECTIONS, ..store });
                match opened {
                    Ok(ledger) => return Some(Means { ledger, place, client, retries }),
                    Err(fault) => warn!(%fault, "the book cannot be opened for webhooks; it is tried again"),
                }
            }
            Err(fault) => warn!(%fault, "the webhooks cannot be read; they are tried again"),
        }
        board.wait(Newest::default(), ROWS_INTERVAL);
    }
}

struct Leases {
    means: Arc<Means>,
    board: Arc<Board>,
    lease: Duration,
    workers: HashMap<String, JoinHandle<()>>,
}

impl Leases {
    fn rows(&self) -> WebhookRows<'_> {
        WebhookRows(&self.means.place)
    }

    fn run(mut self) {
        let mut look = TICK;
        let (mut looked_at, mut rows_read_at, mut forgot_at) =
            (None::<Stopwatch>, None::<Stopwatch>, None::<Stopwatch>);
        let is_due = |at: Option<Stopwatch>, interval| at.is_none_or(|at: Stopwatch| at.elapsed() >= interval);
        while !self.board.is_ending() {
            warn_of("noted how far they have come", self.write());
            if is_due(rows_read_at, ROWS_INTERVAL.min(self.lease / 4)) {
                rows_read_at = Some(Stopwatch::now());
                let shared = self.share();
                warn_of("shared among the servers", shared);
            }
            if is_due(looked_at, look) && !self.workers.is_empty() {
                looked_at = Some(Stopwatch::now());
                let before = self.board.newest();
                let newest = self.newest().inspect(|newest| self.board.show_newest(*newest));
                look =
                    if newest.as_ref().is_ok_and(|newest| *newest != before) { TICK } else { (look * 2).min(LOOK_MAX) };
                warn_of("looked for", newest.map(drop));
            }
            if is_due(forgot_at, FORGET_INTERVAL) {
                forgot_at = Some(Stopwatch::now());
                warn_of("forgotten", self.forget());
            }
            thread::sleep(TICK);
        }
        self.end();
    }

    fn newest(&self) -> Result<Newest, Error> {
        let crossing = MonitorRows(&self.means.place).newest()?;
        Ok(Newest { event: self.means.ledger.newest_event_cursor(Duration::ZERO)?, crossing })
    }

    fn forget(&self) -> Result<(), Error> {
        let now = self.means.ledger.clock().now();
        for (state, kept) in [(DeliveryState::Delivered, DELIVERED_KEPT), (DeliveryState::Dead, DEAD_KEPT)] {
            Deliveries(&self.means.place).forget(state, now.before(kept).micros())?;
        }
        Ok(())
    }

    fn write(&self) -> Result<(), Error> {
        let now = self.means.ledger.clock().now().micros();
        Ok(self.board.write(|moves| self.rows().advance(moves, now))?)
    }

    /// Keeps what this server has, takes what is free, and begins to deliver to it.
    fn share(&mut self) -> Result<(), Error> {
        let (begin, now) = (Stopwatch::now(), self.means.ledger.clock().now());
        let (until, soon) = (now.after(self.lease).micros(), now.after(self.lease * 2 / 3).micros());
        let holder = self.board.holder.clone();
        self.reap()?;
        let mut rows = self.rows().list()?;
        let mut has_changed = false;
        if rows.iter().any(|row| row.holder == holder && row.leased_until < soon) {
            self.rows().renew(&holder, until)?;
            has_changed = true;
        }
        let lasts = now.micros()..=latest_end(now.micros(), until);
        let is_free = |row: &WebhookRow| is_active(row) && !lasts.contains(&row.leased_until) && row.holder != holder;
        for row in rows.iter().filter(|row| is_free(row)).take(WORKERS_MAX.saturating_sub(self.workers.len())) {
            has_changed |= self.rows().claim(&row.id, &holder, now.micros(), until)?;
        }
        if has_changed {
            rows = self.rows().list()?;
        }
        let ours: Vec<_> = rows.iter().filter(|row| row.holder == holder).cloned().collect();
        let left = ours.iter().map(|row| row.leased_until.saturating_sub(now.micros())).min().unwrap_or_default();
        self.board.show(rows, begin + Duration::from_micros(u64::try_from(left).unwrap_or_default()));
        for row in ours.iter().filter(|row| is_active(row)) {
            if !self.workers.contains_key(&row.id) {
                self.workers.insert(row.id.clone(), self.start(row)?);
            }
        }
        Ok(())
    }

    fn start(&self, row: &WebhookRow) -> Result<JoinHandle<()>, Error> {
        let (means, board, row) = (Arc::clone(&self.means), Arc::clone(&self.board), row.clone());
        info!(webhook = row.id, url = row.url, "this server delivers to it");
        let run = move || {
            if let Some(worker) = Worker::new(&means, &board, &row) {
                worker.run();
            } else {
                warn!(webhook = row.id, "its cursor cannot be read");
            }
        };
        let spawned = thread::Builder::new().name("webhook".to_owned()).spawn(run);
        spawned.map_err(|source| Error::File { doing: "start threads".to_owned(), source })
    }

    /// Gives back the endpoints that no thread delivers to any more: paused, removed, or of another epoch.
    fn reap(&mut self) -> Result<(), Error> {
        let ended: Vec<_> = self.workers.extract_if(|_, worker| worker.is_finished()).collect();
        if ended.is_empty() {
            return Ok(());
        }
        self.write()?;
        for (webhook, worker) in ended {
            if worker.join().is_err() {
                warn!(webhook, "its delivery ended with a panic; it begins anew");
            }
            self.rows().release(&self.board.holder, Some(&webhook))?;
        }
        Ok(())
    }

    fn end(mut self) {
        self.board.wake();
        for (_, worker) in self.workers.drain() {
            let _ = worker.join();
        }
        warn_of("noted how far they have come", self.write());
        let released = self.rows().release(&self.board.holder, None);
        warn_of("given back", released.map_err(Error::from));
    }
}

fn is_active(row: &WebhookRow) -> bool {
    row.state == WebhookState::Active.as_str()
}

fn warn_of(done: &str, outcome: Result<(), Error>) {
    if let Err(fault) = outcome {
        warn!(%fault, "webhooks cannot be {done}; it is tried again");
    }
}

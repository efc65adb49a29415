//! What all requests of a server share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::ledger::{Ledger, Poster, PosterOptions};
use crate::server::bodies::Bodies;
use crate::server::consumers::kept::Consumers;
use crate::server::currencies::Currencies;
use crate::server::feed::Feed;
use crate::server::jobs::Jobs;
use crate::server::kept_answers::Kept;
use crate::server::keys::kept::Keys;
use crate::server::keys::ring::Ring;
use crate::server::keys::sessions::Sessions;
use crate::server::lanes::{Lane, Late};
use crate::server::metrics::Metrics;
use crate::server::monitors::adding::Monitors;
use crate::server::once::Once;
use crate::server::options::ServerOptions;
use crate::server::rates::Rates;
use crate::server::request_ids::RequestIds;
use crate::server::webhooks::kept::Webhooks;
use crate::server::writers::Writers;
use crate::store::{DatabaseUrl, StoreOptions};

/// The threads for writes that are no postings, and for long work.
const WRITERS: u32 = 2;
const LONG_WORKERS: u32 = 2;
/// The most requests that wait to be posted.
const QUEUE_MAX: usize = 10_000;
/// Beside the lanes: keys, health.
const OTHER_THREADS: u32 = 4;

pub(super) struct State {
    pub(super) poster: Poster,
    pub(super) writers: Writers,
    pub(super) reads: Lane,
    pub(super) writes: Lane,
    pub(super) long: Lane,
    pub(super) health: Lane,
    pub(super) currencies: Currencies,
    pub(super) ring: Arc<Ring>,
    pub(super) webhooks: Arc<Webhooks>,
    pub(super) consumers: Arc<Consumers>,
    pub(super) monitors: Arc<Monitors>,
    pub(super) bodies: Bodies,
    pub(super) jobs: Jobs,
    pub(super) feed: Arc<Feed>,
    pub(super) rates: Rates,
    pub(super) sessions: Sessions,
    pub(super) kept: Kept,
    pub(super) once: Once,
    /// Whether it speaks TLS itself.
    pub(super) is_secure: bool,
    pub(super) metrics: Metrics,
    pub(super) request_ids: RequestIds,
    is_ending: Arc<AtomicBool>,
}

impl State {
    /// Connects to the book, a pool a lane. Nothing is posted until the writers run.
    pub(super) fn open(url: &DatabaseUrl, store: StoreOptions, options: &ServerOptions) -> Result<Self, Error> {
        let open = |connections_max| Ledger::open(url.clone(), StoreOptions { connections_max, ..store });
        let writers = options.posters.max(1);
        let posting = Arc::new(open(writers)?);
        let open = |connections_max| Ok::<_, Error>(Arc::new(open(connections_max)?.remembering_with(&posting)));
        let poster_options = PosterOptions { queue_max: QUEUE_MAX, writers, ..PosterOptions::default() };
        let (poster, writers) = Writers::of(Arc::clone(&posting), poster_options);
        Ok(Self {
            poster,
            writers,
            reads: Lane::new(open(options.readers.max(1))?, options.readers.max(1), Late::Reads),
            writes: Lane::new(open(WRITERS)?, WRITERS, Late::Writes),
            long: Lane::new(open(LONG_WORKERS)?, LONG_WORKERS, Late::Reads),
            health: Lane::new(open(1)?, 1, Late::Reads),
            currencies: Currencies::default(),
            ring: Arc::new(Ring::new(Keys::of_book(url, store))),
            webhooks: Arc::new(Webhooks::of_book(url, store)),
            consumers: Arc::new(Consumers::of_book(url, store)),
            monitors: Arc::new(Monitors::of_book(url, store)),
            bodies: Bodies::default(),
            jobs: Jobs::default(),
            feed: Arc::new(Feed::new()),
            rates: Rates::new(options.rate_max),
            sessions: Sessions::default(),
            kept: Kept::default(),
            once: Once::default(),
            is_secure: options.tls.is_some(),
            metrics: Metrics::new(),
            request_ids: RequestIds::new(),
            is_ending: Arc::default(),
        })
    }

    /// Reads the keys, and opens what else is kept beside the book. Blocks.
    pub(super) fn look_beside_the_book(&self) -> Result<(), Error> {
        self.ring.refresh()?;
        self.webhooks.open_file()?;
        self.consumers.open_file()?;
        self.monitors.open_file()
    }

    /// The threads that all lanes together may need.
    pub(super) fn threads(options: &ServerOptions) -> usize {
        (options.posters.max(1) + options.readers.max(1) + WRITERS + LONG_WORKERS + 1 + OTHER_THREADS) as usize
    }

    pub(super) fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
        self.feed.end();
    }

    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    /// For work on another thread, which must not hold the whole: who drops it waits until everything is posted.
    pub(super) fn ending(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_ending)
    }
}

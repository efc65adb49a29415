//! The numbers of the server, in the text form of Prometheus. No account, no key and no amount is ever in a label.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::server::feed_metrics::FeedMetrics;
use crate::server::recent::Recent;

/// A word of the program's own.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub(super) struct Word(pub(super) &'static str);

impl EncodeLabelValue for Word {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(self.0)
    }
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct RequestLabels {
    method: Word,
    path: Word,
    status: u16,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct PathLabels {
    method: Word,
    path: Word,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct OutcomeLabels {
    outcome: Word,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct CodeLabels {
    code: Word,
}

/// Seconds, from a posting in memory to a report.
const BUCKETS: [&str; 12] = ["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "5", "30"];

type Seconds = Family<PathLabels, Histogram, fn() -> Histogram>;

pub(super) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Seconds,
    postings: Family<OutcomeLabels, Counter>,
    refusals: Family<CodeLabels, Counter>,
    /// The codes that were refused with. A family does not tell its labels.
    refused_codes: Mutex<BTreeSet<&'static str>>,
    pub(super) recent: Recent,
    in_flight: Gauge<i64, AtomicI64>,
    feed_lag: Gauge<f64, AtomicU64>,
    pub(super) of_feed: FeedMetrics,
    /// Since when events are held back.
    feed_behind_since: Mutex<Option<Stopwatch>>,
}

/// A request that is under way.
pub(super) struct InFlight(Gauge<i64, AtomicI64>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub(super) fn new() -> Self {
        let requests = Family::default();
        let seconds =
            Seconds::new_with_constructor(|| Histogram::new(BUCKETS.iter().filter_map(|edge| edge.parse().ok())));
        let (postings, refusals) = (Family::default(), Family::default());
        let in_flight = Gauge::default();
        let mut registry = Registry::default();
        registry.register("teller_http_requests", "Requests that were answered", requests.clone());
        registry.register("teller_http_request_duration_seconds", "How long requests took", seconds.clone());
        registry.register("teller_postings", "Requests that post, by what became of them", postings.clone());
        registry.register("teller_refusals", "Requests that post and were refused, by the code", refusals.clone());
        registry.register("teller_http_requests_in_flight", "Requests that are under way", in_flight.clone());
        let feed_lag = Gauge::default();
        registry.register("teller_feed_lag_seconds", "For how long events are held back by a writer", feed_lag.clone());
        let of_feed = FeedMetrics::default();
        of_feed.register(&mut registry);
        Self {
            registry,
            requests,
            seconds,
            postings,
            refusals,
            refused_codes: Mutex::default(),
            recent: Recent::new(),
            in_flight,
            feed_lag,
            of_feed,
            feed_behind_since: Mutex::default(),
        }
    }

    pub(super) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub(super) fn answered(&self, method: &'static str, path: &'static str, status: u16, took: Duration) {
        let (method, path) = (Word(method), Word(path));
        self.requests.get_or_create(&RequestLabels { method, path, status }).inc();
        self.seconds.get_or_create(&PathLabels { method, path }).observe(took.as_secs_f64());
    }

    pub(super) fn refused(&self, code: &'static str) {
        self.posting("refused");
        self.refusals.get_or_create(&CodeLabels { code: Word(code) }).inc();
        self.refused_codes.lock().unwrap_or_else(PoisonError::into_inner).insert(code);
    }

    /// How often requests that post were refused since the server was started, by the code.
    pub(super) fn refusals(&self) -> Vec<(&'static str, u64)> {
        let codes = self.refused_codes.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |code: &&'static str| (*code, self.refusals.get_or_create(&CodeLabels { code: Word(code) }).get());
        codes.iter().map(count).collect()
    }

    /// `posted`, `replayed` or `refused`.
    pub(super) fn posting(&self, outcome: &'static str) {
        self.postings.get_or_create(&OutcomeLabels { outcome: Word(outcome) }).inc();
    }

    /// Whether there are events that cannot be told yet.
    pub(super) fn feed_is_behind(&self, is_behind: bool) {
        let mut since = self.feed_behind_since.lock().unwrap_or_else(PoisonError::into_inner);
        *since = is_behind.then(|| since.unwrap_or_else(Stopwatch::now));
        self.feed_lag.set(since.map_or(Duration::ZERO, |since| since.elapsed()).as_secs_f64());
    }

    /// For how long events are held back, if they are.
    pub(super) fn feed_is_behind_for(&self) -> Option<Duration> {
        let since = self.feed_behind_since.lock().unwrap_or_else(PoisonError::into_inner);
        since.map(|since| since.elapsed())
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

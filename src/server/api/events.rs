//! The events of the book: a page, all up to now as lines, or a stream without end.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use serde_json::Value;
use tokio::sync::mpsc;
use tracing::warn;

use crate::ledger::{EventCursor, EventFilter, Ledger};
use crate::server::answer::{Answer, EVENT_STREAM, NDJSON};
use crate::server::call::{Call, read_cursor};
use crate::server::consumers::held::Held;
use crate::server::endpoint::{Action, Endpoint, LIMIT, Parameter};
use crate::server::feed::{Reader, Step, Told};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::server::stream;
use crate::wire::read_event_kind;

/// How many chunks are made ahead of the reader.
const CHUNKS_AHEAD: usize = 4;
/// How often it is seen whether the key of a stream, or the session, is still valid.
const CHECK: Duration = Duration::from_secs(1);
/// After how long a reader in whose stream nothing came is told that the connection lives.
const BEAT: Duration = Duration::from_secs(15);
/// What an event says of the two accounts of a transfer that only those may see who may see the account.
const OF_ACCOUNTS: [(&str, [&str; 2]); 2] =
    [("debit_account", ["debit_version", "debit_balance"]), ("credit_account", ["credit_version", "credit_balance"])];
/// How long writers that are under way are waited for.
const WRITERS_WAIT: Duration = Duration::from_secs(1);
const WAIT_SECONDS_MAX: u64 = 60;

const LIST: &[Parameter] = &[
    ("after", "Where to go on: the id of the last event that was read, or `latest` for those that happen from now on"),
    ("types", "Only events of these types, with commas between them"),
    ("accounts", "Only events about accounts whose names begin with this"),
    (
        "consumer",
        "Go on where this consumer is, by a lease whose number the header Teller-Lease-Epoch tells; instead of `after`",
    ),
    ("epoch", "The number of the consumer's lease that the client has already"),
    ("lease", "How long the lease of the consumer lasts, such as `60s`; 30 seconds where it is not given"),
    ("wait", "How many seconds to wait for a first event, 0 to 60; 0 where it is not given"),
    LIMIT,
];

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/v1/events",
            "List what happened, in the book's one order; as lines or as a stream where Accept asks for it",
            Scope::EventsRead,
            Action::Events,
            Shape::Page("EventRecord"),
        )
        .with_query(LIST)
        .within_reach(),
    ]
}

/// In which form a client wants events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Page,
    Lines,
    Stream,
}

/// What a request for events comes to.
pub(in crate::server) enum Events {
    Page(Answer),
    /// The last is the number of the lease that the client reads by, if it reads as a consumer.
    Stream(&'static str, Body, Option<i64>),
}

/// Whether the follower's key or session is still valid, by the headers of its request.
pub(in crate::server) type StillMay = fn(Arc<State>, HeaderMap) -> Pin<Box<dyn Future<Output = bool> + Send>>;

pub(in crate::server) async fn answer(state: &Arc<State>, call: &Call, still_may: StillMay) -> Result<Events, Problem> {
    let (filter, limit, wait) = (filter(call)?, call.limit()?, wait(call)?);
    let Some(seat) = state.feed.seat() else {
        return Err(Problem::new(ServerCode::ServerBusy, "too many clients follow the events already"));
    };
    let held = Held::begin(state, call, wait).await?;
    let after = match &held {
        Some(held) => held.lease.after,
        None => after(state, call).await?,
    };
    let mut reader = Reader::new(state, seat, after, filter);
    let (form, lease) = (form(call), held.as_ref().map(|held| held.lease.epoch));
    if form == Form::Page {
        let page =
            or_given_back(page(state, reader, &call.principal.prefix, (limit, wait)).await, held.as_ref()).await?;
        return Ok(Events::Page(Answer { lease, ..page }));
    }
    // A cursor that is refused is refused before anything is sent.
    let first = or_given_back(reader.look(state).await, held.as_ref()).await?.unwrap_or_default();
    let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
    let (state, prefix) = (Arc::clone(state), call.principal.prefix.clone());
    let sending = Sending { state, reader, prefix, sender };
    match form {
        Form::Lines => {
            tokio::spawn(sending.lines(first));
            Ok(Events::Stream(NDJSON, stream::body(chunks), lease))
        }
        Form::Page | Form::Stream => {
            tokio::spawn(sending.stream(first, (call.headers.clone(), still_may), held));
            Ok(Events::Stream(EVENT_STREAM, stream::body(chunks), lease))
        }
    }
}

/// A client that is told of a problem does not know its lease.
async fn or_given_back<T>(outcome: Result<T, Problem>, held: Option<&Held>) -> Result<T, Problem> {
    if let (Err(_), Some(held)) = (&outcome, held) {
        held.give_back().await;
    }
    outcome
}

fn form(call: &Call) -> Form {
    let wants = |media_type: &str| {
        let values = call.headers.get_all(header::ACCEPT).iter();
        let mut ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        ranges.any(|range| range.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type))
    };
    match () {
        () if wants(EVENT_STREAM) => Form::Stream,
        () if wants(NDJSON) => Form::Lines,
        () => Form::Page,
    }
}

fn filter(call: &Call) -> Result<EventFilter, Problem> {
    let words = call.query.get("types").unwrap_or_default().split(',').filter(|word| !word.is_empty());
    let kinds = words.map(|word| read_event_kind(word).map_err(Problem::invalid)).collect::<Result<_, _>>()?;
    let prefix = &call.principal.prefix;
    let accounts = call.query.get("accounts").unwrap_or(prefix);
    if !accounts.starts_with(prefix.as_str()) {
        let detail = format!("the key is for accounts that begin with {prefix:?}");
        return Err(Problem::new(ServerCode::Forbidden, detail));
    }
    Ok(EventFilter { kinds, accounts: accounts.to_owned() })
}

fn wait(call: &Call) -> Result<Duration, Problem> {
    match call.number::<u64>("wait")? {
        None => Ok(Duration::ZERO),
        Some(seconds) if seconds <= WAIT_SECONDS_MAX => Ok(Duration::from_secs(seconds)),
        Some(seconds) => Err(Problem::invalid(format!("wait is {seconds}; it is from 0 to {WAIT_SECONDS_MAX}"))),
    }
}

/// A client that lost its connection says by a header where it was, and still has the query that it began with.
async fn after(state: &Arc<State>, call: &Call) -> Result<Option<EventCursor>, Problem> {
    let last = call.headers.get("last-event-id").and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
    match last.or(call.query.get("after")) {
        None => Ok(None),
        Some("latest") => {
            let deadline = tokio::time::Instant::now() + WRITERS_WAIT * 10;
            state.reads.run(deadline, |ledger| Ok(ledger.newest_event_cursor(WRITERS_WAIT)?)).await
        }
        Some(text) => read_cursor(text).map(Some),
    }
}

async fn page(
    state: &Arc<State>,
    mut reader: Reader,
    prefix: &str,
    (limit, wait): (u32, Duration),
) -> Result<Answer, Problem> {
    let (after, filter) = (reader.after(), reader.filter().clone());
    let deadline = tokio::time::Instant::now() + WRITERS_WAIT * 10;
    let read = move |ledger: &Ledger| Ok(Told::list(ledger, after, &filter, (limit, WRITERS_WAIT))?);
    let (events, page) = state.reads.run(deadline, read).await?;
    if !events.is_empty() || wait.is_zero() {
        return told_page(&events, prefix, page.next);
    }
    reader.go_on_behind(page.next);
    let until = tokio::time::Instant::now() + wait;
    loop {
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        match reader.next(state, left).await? {
            Step::Events(events) if events.is_empty() => {}
            Step::Events(events) => {
                let shown = &events[..events.len().min(limit as usize)];
                let is_whole = shown.len() == events.len();
                let next = if is_whole { reader.after() } else { shown.last().map(|told| told.cursor) };
                return told_page(shown, prefix, next);
            }
            Step::Nothing | Step::End => return told_page(&[], prefix, reader.after()),
        }
    }
}

fn told_page(events: &[Arc<Told>], prefix: &str, next: Option<EventCursor>) -> Result<Answer, Problem> {
    let items = events.iter().map(|told| serde_json::from_str::<Value>(&shown(told, prefix)));
    let items = items.collect::<Result<Vec<_>, _>>();
    let items = items.map_err(|fault| Problem::new(ServerCode::Panic, fault.to_string()))?;
    Answer::page(&items, next)
}

/// An event as a key may see it that is for the accounts whose names begin so: what the other account of a transfer has is null.
fn shown<'t>(told: &'t Told, prefix: &str) -> Cow<'t, str> {
    if prefix.is_empty() {
        return Cow::Borrowed(&told.json);
    }
    let Ok(mut event) = serde_json::from_str::<Value>(&told.json) else { return Cow::Borrowed("{}") };
    for (account, fields) in OF_ACCOUNTS {
        let name = event["data"].get(account).and_then(Value::as_str).unwrap_or_default();
        if !name.starts_with(prefix) {
            for field in fields {
                if let Some(value) = event["data"].get_mut(field) {
                    *value = Value::Null;
                }
            }
        }
    }
    Cow::Owned(event.to_string())
}

/// Events on their way to one client.
struct Sending {
    state: Arc<State>,
    reader: Reader,
    /// What the names of the key's accounts begin with.
    prefix: String,
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Sending {
    /// All events up to now, a line each.
    async fn lines(mut self, first: Vec<Arc<Told>>) {
        let mut events = first;
        loop {
            let mut lines = String::new();
            for told in &events {
                lines.push_str(&shown(told, &self.prefix));
                lines.push('\n');
            }
            if !lines.is_empty() && self.sender.send(Ok(lines.into())).await.is_err() {
                return;
            }
            match self.reader.look(&self.state).await {
                Ok(Some(next)) => events = next,
                Ok(None) => return,
                Err(problem) => return self.break_off(problem).await,
            }
        }
    }

    /// The events as they happen, as long as the client listens and may.
    async fn stream(mut self, first: Vec<Arc<Told>>, who: (HeaderMap, StillMay), held: Option<Held>) {
        self.stream_events(first, who, held.as_ref()).await;
        if let Some(held) = held {
            held.give_back().await;
        }
    }

    async fn stream_events(
        &mut self,
        first: Vec<Arc<Told>>,
        (headers, still_may): (HeaderMap, StillMay),
        held: Option<&Held>,
    ) {
        let mut text = ": events\n\n".to_owned();
        let check = held.map_or(CHECK, |held| held.interval().min(CHECK));
        let (mut events, mut beat, mut checked) = (first, Stopwatch::now(), Stopwatch::now());
        loop {
            for told in &events {
                let (id, json) = (told.cursor, shown(told, &self.prefix));
                // Writing to a string cannot fail.
                let _ = write!(text, "id: {id}\ndata: {json}\n\n");
            }
            if !text.is_empty() {
                if self.sender.send(Ok(std::mem::take(&mut text).into())).await.is_err() {
                    return;
                }
                beat = Stopwatch::now();
            }
            if checked.elapsed() >= check {
                if !self.still_may(&headers, still_may, held).await {
                    return;
                }
                checked = Stopwatch::now();
            }
            let step = tokio::select! {
                step = self.reader.next(&self.state, check) => step,
                () = self.sender.closed() => return,
            };
            match step {
                Ok(Step::Events(next)) => events = next,
                Ok(Step::Nothing) => {
                    events = Vec::new();
                    if beat.elapsed() >= BEAT {
                        text.push_str(": still here\n\n");
                    }
                }
                Ok(Step::End) => return,
                Err(problem) => return self.break_off(problem).await,
            }
        }
    }

    /// Whether the client's key is still valid, and its lease still its own.
    async fn still_may(&self, headers: &HeaderMap, still_may: StillMay, held: Option<&Held>) -> bool {
        if !still_may(Arc::clone(&self.state), headers.clone()).await {
            return false;
        }
        match held {
            Some(held) => held.keep(&self.state).await,
            None => true,
        }
    }

    async fn break_off(&self, problem: Problem) {
        warn!(code = problem.code, detail = problem.detail, "a stream of events was broken off");
        // A reader that is gone is not told.
        let _ = self.sender.send(Err(io::Error::other(problem.detail))).await;
    }
}

//! The events of the book: a page, all up to now as lines, or a stream without end.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use serde_json::Value;

use crate::facts::NamePrefix;
use crate::ledger::{EventCursor, EventFilter, Ledger};
use crate::server::accept;
use crate::server::answer::{Answer, CSV, EVENT_STREAM, JSON, NDJSON};
use crate::server::call::{Call, in_parameter};
use crate::server::consumers::held::Held;
use crate::server::endpoint::{Action, Endpoint, Parameter};
use crate::server::feed::{Reader, Sending, Step, StillMay, Told};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::wire::read_event_kind;

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
    ("wait", "How many seconds a page waits for a first event, 0 to 60; 0 where it is not given"),
    (
        "limit",
        "The most events: of a page 1 to 1000, and 100 where it is not given; of lines any number, and all up to now where it is not given; \
         a stream has no end",
    ),
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

pub(in crate::server) async fn answer(state: &Arc<State>, call: &Call, still_may: StillMay) -> Result<Events, Problem> {
    let (form, filter) = (form(call), filter(call)?);
    form.check_means(call)?;
    let wait = wait(call)?;
    let limit = if form == Form::Page { u64::from(call.limit()?) } else { lines_max(call)? };
    let Some(seat) = state.feed.seat() else {
        return Err(Problem::new(ServerCode::ServerBusy, "too many clients follow the events already"));
    };
    let held = Held::begin(state, call, wait).await?;
    let after = match &held {
        Some(held) => held.lease.after,
        None => after(state, call).await?,
    };
    let mut reader = Reader::new(state, seat, after, filter);
    let lease = held.as_ref().map(|held| held.lease.epoch);
    if form == Form::Page {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let page =
            or_given_back(page(state, reader, &call.principal.prefix, (limit, wait)).await, held.as_ref()).await?;
        return Ok(Events::Page(Answer { lease, ..page }));
    }
    // A cursor that is refused is refused before anything is sent.
    let first = or_given_back(reader.look(state).await, held.as_ref()).await?.unwrap_or_default();
    let (sending, body) = Sending::to_client(state, reader, call.principal.prefix.clone());
    match form {
        Form::Lines => {
            tokio::spawn(sending.lines(first, limit));
            Ok(Events::Stream(NDJSON, body, lease))
        }
        Form::Page | Form::Stream => {
            tokio::spawn(sending.stream(first, (call.headers.clone(), still_may), held));
            Ok(Events::Stream(EVENT_STREAM, body, lease))
        }
    }
}

impl Form {
    /// Refuses what would mean nothing in this form. Lines are those up to now, and a stream goes on as long as its client listens.
    fn check_means(self, call: &Call) -> Result<(), Problem> {
        let (meaningless, what): (&[&str], _) = match self {
            Self::Page => return Ok(()),
            Self::Lines => (&["wait"], "lines are those up to now"),
            Self::Stream => (&["wait", "limit"], "a stream goes on until its client ends it"),
        };
        match meaningless.iter().find(|name| call.query.get(name).is_some()) {
            None => Ok(()),
            Some(name) => Err(in_parameter(name, format!("{what}, so it means nothing there; leave it out"))),
        }
    }
}

/// How many lines a client wants.
fn lines_max(call: &Call) -> Result<u64, Problem> {
    match call.number("limit")? {
        Some(0) => Err(in_parameter("limit", "0 lines are none; it is a number from 1 on")),
        limit => Ok(limit.unwrap_or(u64::MAX)),
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
    match accept::wanted(&call.headers, &[JSON, CSV, NDJSON, EVENT_STREAM]) {
        EVENT_STREAM => Form::Stream,
        NDJSON => Form::Lines,
        _ => Form::Page,
    }
}

fn filter(call: &Call) -> Result<EventFilter, Problem> {
    let words = call.query.get("types").unwrap_or_default().split(',').filter(|word| !word.is_empty());
    let kinds = words.map(|word| read_event_kind(word).map_err(|problem| in_parameter("types", problem)));
    let kinds = kinds.collect::<Result<_, _>>()?;
    Ok(EventFilter { kinds, accounts: call.prefix("accounts")? })
}

fn wait(call: &Call) -> Result<Duration, Problem> {
    match call.number::<u64>("wait")? {
        None => Ok(Duration::ZERO),
        Some(seconds) if seconds <= WAIT_SECONDS_MAX => Ok(Duration::from_secs(seconds)),
        Some(seconds) => Err(in_parameter("wait", format!("{seconds} is not from 0 to {WAIT_SECONDS_MAX}"))),
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
        Some(text) => text.parse().map(Some).map_err(|problem: String| in_parameter("after", problem)),
    }
}

async fn page(
    state: &Arc<State>,
    mut reader: Reader,
    prefix: &NamePrefix,
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

fn told_page(events: &[Arc<Told>], prefix: &NamePrefix, next: Option<EventCursor>) -> Result<Answer, Problem> {
    let items = events.iter().map(|told| serde_json::from_str::<Value>(&told.shown_to(prefix)));
    let items = items.collect::<Result<Vec<_>, _>>();
    let items = items.map_err(|fault| Problem::new(ServerCode::Panic, fault.to_string()))?;
    Answer::page(&items, next)
}

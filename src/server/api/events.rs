//! The events of the book: a page, all up to now as lines, or a stream without end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use serde_json::Value;
use tokio::sync::mpsc;
use tracing::warn;

use crate::ledger::{EventCursor, EventFilter};
use crate::server::answer::{Answer, EVENT_STREAM, NDJSON};
use crate::server::call::{Call, read_cursor};
use crate::server::endpoint::{Action, Endpoint, LIMIT, Parameter};
use crate::server::feed::{Reader, Step, Told};
use crate::server::keys::scope::Scope;
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::server::stream;
use crate::wire::{EventRecord, read_event_kind};

/// How many chunks are made ahead of the reader.
const CHUNKS_AHEAD: usize = 4;
/// How often a reader is told that the connection lives, and the key is looked at again.
const BEAT: Duration = Duration::from_secs(15);
/// How long writers that are under way are waited for.
const WRITERS_WAIT: Duration = Duration::from_secs(1);
const WAIT_SECONDS_MAX: u64 = 60;

const LIST: &[Parameter] = &[
    ("after", "Where to go on: the id of the last event that was read, or `latest` for those that happen from now on"),
    ("types", "Only events of these types, with commas between them"),
    ("accounts", "Only events about accounts whose names begin with this"),
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
    Stream(&'static str, Body),
}

pub(in crate::server) async fn answer(state: &Arc<State>, call: &Call) -> Result<Events, Problem> {
    let filter = filter(call)?;
    let wait = wait(call)?;
    let limit = call.limit()?;
    let after = after(state, call).await?;
    let Some(seat) = state.feed.seat() else {
        return Err(Problem::new(ServerCode::ServerBusy, "too many clients follow the events already"));
    };
    let mut reader = Reader::new(state, seat, after, filter);
    let form = form(call);
    if form == Form::Page {
        return Ok(Events::Page(page(state, reader, limit, wait).await?));
    }
    // A cursor that is refused is refused before anything is sent.
    let first = reader.look(state).await?.unwrap_or_default();
    let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD);
    let key = Arc::clone(&call.principal);
    let state = Arc::clone(state);
    let is_valid = move |state: &State| state.ring.is_valid(&key.id, state.reads.ledger().clock().now());
    match form {
        Form::Lines => {
            tokio::spawn(send_lines(state, reader, first, sender));
            Ok(Events::Stream(NDJSON, stream::body(chunks)))
        }
        Form::Page | Form::Stream => {
            tokio::spawn(send_stream(state, reader, first, (sender, is_valid)));
            Ok(Events::Stream(EVENT_STREAM, stream::body(chunks)))
        }
    }
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

async fn page(state: &Arc<State>, mut reader: Reader, limit: u32, wait: Duration) -> Result<Answer, Problem> {
    let (after, filter) = (reader.after(), reader.filter().clone());
    let deadline = tokio::time::Instant::now() + WRITERS_WAIT * 10;
    let read = move |after, filter: EventFilter| {
        state.reads.run(deadline, move |ledger| {
            let page = ledger.list_events(after, &filter, limit, WRITERS_WAIT)?;
            let book = ledger.book_id()?;
            let records: Vec<_> = page.events.iter().map(|event| EventRecord::new(book, event)).collect();
            Ok((records.is_empty(), Answer::page(&records, page.next)?, page.next))
        })
    };
    let (is_empty, answer, next) = read(after, filter.clone()).await?;
    if !is_empty || wait.is_zero() {
        return Ok(answer);
    }
    reader.go_on_behind(next);
    let until = tokio::time::Instant::now() + wait;
    loop {
        let before = reader.after();
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        match reader.next(state, left).await? {
            Step::Events(events) if events.is_empty() => {}
            Step::Events(events) => {
                let limit = limit as usize;
                let next = events.get(limit.min(events.len()) - 1).map(|told| told.cursor);
                let next = if events.len() > limit { next } else { reader.after() };
                return told_page(&events[..limit.min(events.len())], next);
            }
            Step::Nothing | Step::End => return told_page(&[], before),
        }
    }
}

fn told_page(events: &[Arc<Told>], next: Option<EventCursor>) -> Result<Answer, Problem> {
    let items = events.iter().map(|told| serde_json::from_str::<Value>(&told.json)).collect::<Result<Vec<_>, _>>();
    let items = items.map_err(|fault| Problem::new(ServerCode::Panic, fault.to_string()))?;
    Answer::page(&items, next)
}

type Sender = mpsc::Sender<io::Result<Bytes>>;

/// All events up to now, a line each.
async fn send_lines(state: Arc<State>, mut reader: Reader, first: Vec<Arc<Told>>, sender: Sender) {
    let mut events = first;
    loop {
        let lines: String = events.iter().flat_map(|told| [told.json.as_str(), "\n"]).collect();
        if !lines.is_empty() && sender.send(Ok(lines.into())).await.is_err() {
            return;
        }
        match reader.look(&state).await {
            Ok(Some(next)) => events = next,
            Ok(None) => return,
            Err(problem) => return break_off(&sender, problem).await,
        }
    }
}

/// The events as they happen, as long as the client listens and its key is valid.
async fn send_stream(
    state: Arc<State>,
    mut reader: Reader,
    first: Vec<Arc<Told>>,
    (sender, is_valid): (Sender, impl Fn(&State) -> bool),
) {
    let mut text = ": events\n\n".to_owned();
    let mut events = first;
    loop {
        for told in &events {
            text.push_str("id: ");
            text.push_str(&told.cursor.to_string());
            text.push_str("\ndata: ");
            text.push_str(&told.json);
            text.push_str("\n\n");
        }
        if !text.is_empty() && sender.send(Ok(std::mem::take(&mut text).into())).await.is_err() {
            return;
        }
        match reader.next(&state, BEAT).await {
            Ok(Step::Events(next)) => events = next,
            Ok(Step::Nothing) if is_valid(&state) => {
                events = Vec::new();
                text.push_str(": still here\n\n");
            }
            Ok(Step::Nothing | Step::End) => return,
            Err(problem) => return break_off(&sender, problem).await,
        }
    }
}

async fn break_off(sender: &Sender, problem: Problem) {
    warn!(code = problem.code, detail = problem.detail, "a stream of events was broken off");
    // A reader that is gone is not told.
    let _ = sender.send(Err(io::Error::other(problem.detail))).await;
}

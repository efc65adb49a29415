//! A request's way: who asks, what is asked, the lane that does it, the answer.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use axum::body::Body as HttpBody;
use axum::extract::Request as HttpRequest;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::ledger::{Ledger, Mode, Receipt};
use crate::requests::{Request, Written};
use crate::server::answer::{Answer, NDJSON, PROBLEM};
use crate::server::api::events::Events;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Alone, Body, Endpoint, Prepare, Reach};
use crate::server::keys::ring::{Found, Principal};
use crate::server::keys::scope::Scope;
use crate::server::keys::secret::Presented;
use crate::server::pages::session;
use crate::server::problem::{Problem, Retry};
use crate::server::query::Query;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::server::{api, bodies, csv, deadline, long_work, named, postings, request_ids};

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const NEXT_CURSOR: HeaderName = HeaderName::from_static("teller-next-cursor");
const LEASE_EPOCH: HeaderName = HeaderName::from_static("teller-lease-epoch");
const REQUEST_ID: HeaderName = HeaderName::from_static(request_ids::HEADER);

/// What a request comes to: an answer that is whole, or one that is still being made.
enum Made {
    Whole(Answer),
    /// The last is the number of the lease that the client reads by, if it does.
    Stream(&'static str, HttpBody, Option<i64>),
}

/// Answers a request of an endpoint.
pub(super) async fn answer(state: Arc<State>, endpoint: &'static Endpoint, request: HttpRequest) -> Response {
    let begin = Stopwatch::now();
    let _in_flight = state.metrics.begin();
    let request_id = state.request_ids.of(request.headers());
    let trace = request.headers().get("traceparent").cloned();
    let mut principal = None;
    let outcome = try_answer(&state, endpoint, request, &mut principal).await;
    let (status, code) = match &outcome {
        Ok(Made::Whole(answer)) => (answer.status, None),
        Ok(Made::Stream(..)) => (StatusCode::OK, None),
        Err(problem) => (problem.status, Some(problem.code)),
    };
    let (method, took) = (endpoint.method_word(), begin.elapsed());
    state.metrics.answered(method, endpoint.path, status.as_u16(), took);
    let key = principal.as_deref().map_or("", |principal: &Principal| principal.name.as_str());
    let (code, trace) =
        (code.unwrap_or_default(), trace.as_ref().and_then(|trace| trace.to_str().ok()).unwrap_or_default());
    let (status, took) = (status.as_u16(), took.as_micros());
    if status >= 500 {
        warn!(request_id, method, path = endpoint.path, status, code, key, trace, micros = took, "answered");
    } else {
        info!(request_id, method, path = endpoint.path, status, code, key, trace, micros = took, "answered");
    }
    respond(outcome, &request_id)
}

/// An answer to what no endpoint is for.
pub(super) fn refuse(problem: Problem, headers: &HeaderMap, state: &State) -> Response {
    respond(Err(problem), &state.request_ids.of(headers))
}

async fn try_answer(
    state: &Arc<State>,
    endpoint: &'static Endpoint,
    request: HttpRequest,
    principal: &mut Option<Arc<Principal>>,
) -> Result<Made, Problem> {
    let (mut parts, body) = request.into_parts();
    let who = match listener(state, endpoint, &parts.headers).await? {
        Some(who) => who,
        None => authenticate(state, &parts.headers).await?,
    };
    *principal = Some(Arc::clone(&who));
    state.rates.take(&who.id)?;
    check_scope(endpoint, &who)?;
    endpoint.check_condition(&parts.headers)?;
    let query = Query::read(parts.uri.query().unwrap_or_default(), &endpoint.query_names())?;
    let deadline = deadline::read(&parts.headers, matches!(endpoint.action, Action::Long(_) | Action::WebhookTest(_)))?;
    let path = named::read(&mut parts, query.get(named::NAME)).await?;
    let _room = state.bodies.room_for(endpoint.body, &parts.headers, deadline).await?;
    let bytes = bodies::read(endpoint.body, &parts.headers, body).await?;
    let (body, file) = match endpoint.body {
        Body::Csv => (String::new(), bytes),
        _ => (String::from_utf8(bytes).map_err(|_| Problem::invalid("the body is not UTF-8"))?, Vec::new()),
    };
    let call = Call { principal: who, path, query, headers: parts.headers, body, file };
    if matches!(endpoint.action, Action::Export) {
        let place = state.long.enter(deadline).await?;
        return Ok(Made::Stream(NDJSON, api::export::stream(state.long.ledger(), place), None));
    }
    if matches!(endpoint.action, Action::Events) {
        let answer = match api::events::answer(state, &call, still_may_listen).await? {
            Events::Page(answer) => answer,
            Events::Stream(media_type, body, lease) => return Ok(Made::Stream(media_type, body, lease)),
        };
        let wants_rows = csv::is_wanted(&call.headers);
        return Ok(Made::Whole(if wants_rows { csv::of_list(answer, endpoint.answer)? } else { answer }));
    }
    let wants_rows = csv::is_offered(endpoint) && csv::is_wanted(&call.headers);
    let call = Arc::new(call);
    let outcome = act(state, (endpoint, &endpoint.action), Arc::clone(&call), deadline).await;
    if endpoint.method != Method::GET {
        state.feed.nudge();
    }
    let shown = |answer| if wants_rows { csv::of_list(answer, endpoint.answer) } else { Ok(answer) };
    outcome.and_then(shown).map(Made::Whole).map_err(|problem| problem.of_path(&call.path))
}

/// Does a call for somebody who is known, as if it had come over HTTP.
pub(super) async fn perform(state: &Arc<State>, endpoint: &'static Endpoint, call: Call) -> Result<Answer, Problem> {
    check_scope(endpoint, &call.principal)?;
    let deadline = deadline::default(matches!(endpoint.action, Action::Long(_)));
    let call = Arc::new(call);
    let outcome = act(state, (endpoint, &endpoint.action), Arc::clone(&call), deadline).await;
    outcome.map_err(|problem| problem.of_path(&call.path))
}

/// Refuses what a call would refuse that cannot be tried out, as far as the endpoint tells. Nothing is done.
pub(super) async fn judge(state: &Arc<State>, endpoint: &'static Endpoint, call: Call) -> Result<(), Problem> {
    check_scope(endpoint, &call.principal)?;
    let Some(judge) = &endpoint.judge else { return Ok(()) };
    act(state, (endpoint, judge), Arc::new(call), deadline::default(false)).await.map(|_| ())
}

/// What a call that posts would come to. Nothing is written.
pub(super) async fn try_out(state: &State, endpoint: &'static Endpoint, call: Call) -> Result<Receipt, Problem> {
    check_scope(endpoint, &call.principal)?;
    let (call, deadline) = (Arc::new(call), deadline::default(false));
    if call.mode()? != Mode::DryRun {
        return Err(Problem::new(ServerCode::Panic, "what is tried out must be a dry run"));
    }
    match endpoint.action {
        Action::Post(read, _) => post(state, read, &call, deadline).await,
        Action::PostPrepared(prepare, alone, _) => post_prepared(state, (prepare, alone), &call, deadline).await,
        _ => Err(Problem::new(ServerCode::Panic, "only what posts can be tried out")),
    }
}

async fn post(
    state: &State,
    read: fn(&Call) -> Result<Request<Written>, Problem>,
    call: &Call,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    let request = read(call)?;
    check_reach(call, &request)?;
    postings::post(state, request, call.options()?, deadline).await
}

async fn post_prepared(
    state: &State,
    (prepare, alone): (Prepare, Alone),
    call: &Arc<Call>,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    let of_alone = Arc::clone(call);
    let alone = move |ledger: &Ledger| alone(&of_alone, ledger);
    let prepare = |known: &_| prepare(call, known);
    postings::post_prepared(state, prepare, alone, &call.options()?, deadline).await
}

/// Does an endpoint's action, or what judges it.
async fn act(
    state: &Arc<State>,
    (endpoint, action): (&'static Endpoint, &'static Action),
    call: Arc<Call>,
    deadline: Instant,
) -> Result<Answer, Problem> {
    let late = endpoint.late();
    match *action {
        Action::Post(read, show) => posted(state, show, call.mode()?, post(state, read, &call, deadline).await),
        Action::PostPrepared(prepare, alone, show) => {
            let receipt = post_prepared(state, (prepare, alone), &call, deadline).await;
            posted(state, show, call.mode()?, receipt)
        }
        Action::Read(run) => state.reads.run(deadline, move |ledger| run(&call, ledger)).await,
        Action::Write(run) => state.writes.run(deadline, move |ledger| run(&call, ledger)).await,
        Action::Long(run) => state.long.run(deadline, move |ledger| run(&call, ledger)).await,
        Action::Job(run) => long_work::answer(state, endpoint, call, run, deadline).await,
        Action::Keys(run) => {
            let ring = Arc::clone(&state.ring);
            let work = move |ledger: &Ledger| {
                let answer = run(&call, ring.keys(), ledger.clock().now());
                // So that this server knows at once.
                let _ = ring.refresh();
                answer
            };
            state.writes.run_as(late, deadline, work).await
        }
        Action::Webhooks(run) => {
            let webhooks = Arc::clone(&state.webhooks);
            state.writes.run_as(late, deadline, move |ledger| run(&call, &webhooks, ledger)).await
        }
        Action::WebhookTest(run) => {
            let webhooks = Arc::clone(&state.webhooks);
            state.long.run_as(late, deadline, move |ledger| run(&call, &webhooks, ledger)).await
        }
        Action::Consumers(run) => {
            let consumers = Arc::clone(&state.consumers);
            state.writes.run_as(late, deadline, move |ledger| run(&call, &consumers, ledger)).await
        }
        Action::Monitors(run) => {
            let monitors = Arc::clone(&state.monitors);
            state.writes.run_as(late, deadline, move |ledger| run(&call, &monitors, ledger)).await
        }
        Action::Jobs(run) => run(&call, &state.jobs),
        Action::Inline(run) => run(&call),
        Action::Export | Action::Events => Err(Problem::new(ServerCode::Panic, "it is answered as a stream")),
    }
}

/// Shows what was posted, and counts it.
fn posted(
    state: &State,
    show: fn(&Receipt, Mode) -> Result<Answer, Problem>,
    mode: Mode,
    receipt: Result<Receipt, Problem>,
) -> Result<Answer, Problem> {
    if let Some(problem) = receipt.as_ref().err().filter(|problem| problem.status == StatusCode::UNPROCESSABLE_ENTITY) {
        state.metrics.refused(problem.code);
    }
    let answer = show(&receipt?, mode)?;
    answer.replay_or_new.into_iter().for_each(|outcome| state.metrics.posting(outcome));
    Ok(answer)
}

/// Who listens to events from a page of the dashboard: by the session, as a browser sends no key with that.
async fn listener(
    state: &Arc<State>,
    endpoint: &Endpoint,
    headers: &HeaderMap,
) -> Result<Option<Arc<Principal>>, Problem> {
    if !matches!(endpoint.action, Action::Events) || headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    session::principal(state, headers).await
}

/// Whether a follower's key or session is still valid. A session that cannot be read just now is believed.
fn still_may_listen(state: Arc<State>, headers: HeaderMap) -> Pin<Box<dyn Future<Output = bool> + Send>> {
    Box::pin(async move {
        if headers.contains_key(header::AUTHORIZATION) {
            authenticate(&state, &headers).await.is_ok()
        } else {
            !matches!(session::principal(&state, &headers).await, Ok(None))
        }
    })
}

async fn authenticate(state: &Arc<State>, headers: &HeaderMap) -> Result<Arc<Principal>, Problem> {
    let refused = |detail: &str| Problem::new(ServerCode::Unauthorized, detail);
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(refused("there is no key; send it as Authorization: Bearer KEY"));
    };
    // A proxy might look at the other.
    if values.next().is_some() {
        return Err(refused("there are two Authorization; send one"));
    }
    let text = value.to_str().unwrap_or_default();
    let key =
        text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, key)| key.trim());
    authenticate_key(state, key.unwrap_or_default()).await
}

/// Who has that key, looked for once more where it is not known yet.
pub(super) async fn authenticate_key(state: &Arc<State>, text: &str) -> Result<Arc<Principal>, Problem> {
    let refused = |detail: &str| Problem::new(ServerCode::Unauthorized, detail);
    let Some(presented) = Presented::read(text) else { return Err(refused("what was sent has not the form of a key")) };
    let now = || state.poster.ledger().clock().now();
    let mut found = state.ring.find(&presented, now());
    if matches!(found, Found::Unknown) {
        // It may have been made a moment ago.
        let is_read = state.ring.look_again().await;
        found = state.ring.find(&presented, now());
        if !is_read && matches!(found, Found::Unknown) {
            let detail = "the keys cannot be read at the moment, so that nobody knows this one";
            return Err(Problem::new(ServerCode::ServerBusy, detail));
        }
    }
    match found {
        Found::Valid(principal) => Ok(principal),
        Found::Revoked => Err(refused("the key was revoked")),
        Found::Expired => Err(refused("the key has expired")),
        Found::Unknown => Err(refused("the key is unknown")),
    }
}

/// Whether the key of these headers may read the metrics.
pub(super) async fn may_read_metrics(state: &Arc<State>, headers: &HeaderMap) -> Result<(), Problem> {
    let principal = authenticate(state, headers).await?;
    if !principal.may(Scope::Metrics) {
        let problem = Problem::new(ServerCode::Forbidden, "the key lacks the scope metrics");
        return Err(problem.with("scope", Scope::Metrics.as_str()));
    }
    check_all_accounts(&principal)
}

pub(super) fn check_scope(endpoint: &Endpoint, principal: &Principal) -> Result<(), Problem> {
    if let Some(scope) = endpoint.scope.filter(|scope| !principal.may(*scope)) {
        let problem = Problem::new(ServerCode::Forbidden, format!("the key lacks the scope {scope}"));
        return Err(problem.with("scope", scope.as_str()));
    }
    if endpoint.reach == Reach::Book { check_all_accounts(principal) } else { Ok(()) }
}

/// Refuses a key that is for some accounts only.
fn check_all_accounts(principal: &Principal) -> Result<(), Problem> {
    let prefix = &principal.prefix;
    if prefix.is_empty() {
        return Ok(());
    }
    let detail = format!("the key is for accounts that begin with {prefix:?}, and this is about more");
    Err(Problem::new(ServerCode::Forbidden, detail))
}

/// A key for some accounts can post between these alone, and not by reference to what it may not see.
fn check_reach(call: &Call, request: &Request<Written>) -> Result<(), Problem> {
    if call.principal.prefix.is_empty() {
        return Ok(());
    }
    let accounts = crate::ledger::accounts_of(request);
    if accounts.is_empty() {
        let prefix = &call.principal.prefix;
        let detail = format!("the key is for accounts that begin with {prefix:?}, and cannot name transfers or holds");
        return Err(Problem::new(ServerCode::Forbidden, detail));
    }
    accounts.iter().try_for_each(|account| call.check_reach(account))
}

fn respond(outcome: Result<Made, Problem>, request_id: &str) -> Response {
    let mut response = match outcome {
        Ok(Made::Whole(answer)) => whole(answer),
        Ok(Made::Stream(content_type, body, lease)) => {
            let mut response = whole(Answer { lease, ..Answer::text(content_type, Vec::new()) });
            *response.body_mut() = body;
            response
        }
        Err(problem) => of_problem(&problem, request_id),
    };
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn whole(answer: Answer) -> Response {
    let mut response = Response::new(HttpBody::from(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if answer.is_replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if let Some(cursor) = answer.next_cursor.and_then(|cursor| HeaderValue::from_str(&cursor).ok()) {
        headers.insert(NEXT_CURSOR, cursor);
    }
    if let Some(lease) = answer.lease {
        headers.insert(LEASE_EPOCH, HeaderValue::from(lease));
    }
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        headers.insert(header::LOCATION, location);
    }
    if let Some(etag) = answer.etag.and_then(|etag| HeaderValue::from_str(&etag).ok()) {
        headers.insert(header::ETAG, etag);
    }
    response
}

fn of_problem(problem: &Problem, request_id: &str) -> Response {
    let mut response = Response::new(HttpBody::from(format!("{}\n", problem.to_json(request_id))));
    *response.status_mut() = problem.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
    if problem.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let is_busy = matches!(problem.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    if is_busy && problem.retry == Retry::SameKey {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if matches!(problem.status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
        // What is left of the body is not read.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

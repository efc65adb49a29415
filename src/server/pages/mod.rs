//! The dashboard: pages for people beside the API, made on the server. They work without a script, and show nothing that the API would not.
//!
//! Each file is a page. It asks the API in the name of the key that is logged in, so scopes, limits and lanes are the API's, and shows the
//! records that it answers. What does not belong here: decisions, and sums over the book.

mod account;
mod accounts;
mod acting;
mod assets;
mod cells;
mod chart;
mod consumer;
mod consumers;
mod doctor;
mod guard;
mod help;
mod hold;
mod holds;
mod journal;
mod journals;
mod key;
mod keys;
mod layout;
mod list;
mod login;
mod monitor;
mod monitors;
mod overview;
mod page;
mod pairs;
mod periods;
mod problems;
mod proof;
mod reports;
mod schedule;
mod schedules;
mod seals;
mod secret;
pub(super) mod session;
mod standing;
mod table;
mod time_zone;
mod transfer;
mod transfers;
mod visit;
mod webhook;
mod webhooks;
mod zone;

use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request as HttpRequest;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::{info, warn};

use crate::server::answer::PROBLEM;
use crate::server::pages::acting::fields::SENT_SEVERAL_TIMES;
use crate::server::pages::guard::{check_origin, redirect, respond, set_cookie, zone_cookie};
use crate::server::pages::page::{Document, Later, Page, Reply, Run};
use crate::server::pages::pairs::{Pairs, path_with_name};
use crate::server::pages::visit::Visit;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::server::{accept, bodies, named, stream};

const HTML: &str = "text/html";
const FORM_BYTES_MAX: usize = 64 << 10;
/// A login can have another form in it, which is encoded twice.
const LOGIN_BYTES_MAX: usize = 4 * FORM_BYTES_MAX;
const FORM_TIME_MAX: Duration = Duration::from_secs(30);

const PAGES: &[Page] = &[
    overview::PAGE,
    accounts::PAGE,
    account::PAGE,
    transfers::PAGE,
    transfer::PAGE,
    journals::PAGE,
    journal::PAGE,
    holds::PAGE,
    hold::PAGE,
    schedules::PAGE,
    schedule::PAGE,
    periods::PAGE,
    reports::INDEX,
    reports::PAGE,
    proof::PAGE,
    seals::PAGE,
    webhooks::PAGE,
    webhook::PAGE,
    consumers::PAGE,
    consumer::PAGE,
    monitors::PAGE,
    monitor::PAGE,
    keys::PAGE,
    key::PAGE,
    doctor::PAGE,
    time_zone::PAGE,
    help::PAGE,
];

/// The routes of all pages.
pub(super) fn router(state: &Arc<State>) -> Router {
    let mut router = assets::router();
    for page in PAGES.iter().chain(acting::pages()) {
        let (of_show, of_act) = (Arc::clone(state), Arc::clone(state));
        let mut methods = get(move |request: HttpRequest| answer(of_show, page.path, page.show, request));
        if let Some(act) = page.act {
            methods = methods.post(move |request: HttpRequest| answer(of_act, page.path, act, request));
        }
        router = router.route(page.path, methods);
    }
    let (of_login, of_logout) = (Arc::clone(state), Arc::clone(state));
    let show_login = |request: HttpRequest| async move {
        let asked = Pairs::read(request.uri().query().unwrap_or_default()).unwrap_or_default();
        // A form that was interrupted comes from this server only, and never by a link.
        login::page(&asked.without(&[login::KEPT]), None, StatusCode::OK)
    };
    let log_in = move |request: HttpRequest| async move {
        let (parts, body) = request.into_parts();
        match read_form(&parts, body, LOGIN_BYTES_MAX).await {
            Ok(form) => login::log_in(of_login, parts.headers, form).await,
            Err(problem) => refuse(&problem),
        }
    };
    let log_out = move |request: HttpRequest| login::log_out(of_logout, request.headers().clone());
    router.route(login::PATH, get(show_login).post(log_in)).route("/logout", axum::routing::post(log_out))
}

/// Whether who asks wants pages, as browsers do.
pub(super) fn are_wanted(headers: &HeaderMap) -> bool {
    accept::wanted(headers, &[PROBLEM, HTML]) == HTML
}

/// A page that says why there is no other.
pub(super) fn refuse(problem: &Problem) -> Response {
    respond(problem.status, layout::whole(None, "", &problems::document(problem)))
}

async fn answer(state: Arc<State>, path: &'static str, run: Run, request: HttpRequest) -> Response {
    let begin = Stopwatch::now();
    let _in_flight = state.metrics.begin();
    let request_id = state.request_ids.of(request.headers());
    let method = if request.method() == Method::POST { "POST" } else { "GET" };
    let zone = guard::zone(request.headers());
    let mut response = match zone::within(zone, try_answer(&state, run, request)).await {
        Ok(response) => response,
        Err(problem) => refuse(&problem),
    };
    let (status, took) = (response.status().as_u16(), begin.elapsed());
    state.metrics.answered(method, path, status, took);
    if status >= 500 {
        warn!(request_id, method, path, status, micros = took.as_micros(), "answered");
    } else {
        info!(request_id, method, path, status, micros = took.as_micros(), "answered");
    }
    if let Ok(value) = request_id.parse() {
        response.headers_mut().insert(crate::server::request_ids::HEADER, value);
    }
    response
}

async fn try_answer(state: &Arc<State>, run: Run, request: HttpRequest) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let query = Pairs::read(parts.uri.query().unwrap_or_default())?;
    let is_post = parts.method == Method::POST;
    let form = if is_post { read_form(&parts, body, FORM_BYTES_MAX).await? } else { Pairs::default() };
    if is_post {
        check_origin(&parts.headers)?;
    }
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let Some(principal) = session::principal(state, &parts.headers).await? else {
        return Ok(send_to_login(is_post, &target, &form));
    };
    state.rates.take(&principal.id)?;
    let path = named::read(&mut parts, query.get(named::NAME)).await?;
    let visit = Arc::new(Visit { state: Arc::clone(state), principal, path, target, query, form });
    let mut document = match run(Arc::clone(&visit)).await {
        Ok(Reply::Page(document)) => document,
        Ok(Reply::SeeOther(target)) => return Ok(redirect(&target)),
        Ok(Reply::InZone { zone, target }) => {
            let mut response = redirect(&target);
            set_cookie(&mut response, &zone_cookie(state, &parts.headers, zone));
            return Ok(response);
        }
        Err(problem) => problems::document(&problem),
    };
    let is_looking = parts.headers.contains_key(header::IF_NONE_MATCH);
    let document = match document.later.take() {
        None => document,
        // A page that looks whether it is still right is made as a whole, since its mark is that of the whole.
        Some(later) if is_looking => {
            let end = later.await.unwrap_or_else(|problem| problems::notice(&problem));
            Document { main: html! { (document.main) (end) }, ..document }
        }
        Some(later) => return Ok(in_parts(&visit, document, later)),
    };
    if parts.headers.get(header::IF_NONE_MATCH).is_some_and(|mark| mark == document.mark().as_str()) {
        return Ok(respond(StatusCode::NOT_MODIFIED, Markup::default()));
    }
    Ok(respond(document.status, layout::whole(Some(&visit.principal), &visit.target, &document)))
}

/// A page whose end is sent when it is there. The beginning is not kept waiting, so that something is seen at once.
fn in_parts(visit: &Visit, document: Document, later: Later) -> Response {
    let status = document.status;
    let document = Document { later: Some(later), ..document };
    let page = layout::whole(Some(&visit.principal), &visit.target, &document).into_string();
    let (begin, foot) = page.split_once(layout::LATER).unwrap_or((&page, ""));
    let (begin, foot) = (Bytes::from(begin.to_owned()), foot.to_owned());
    let (chunks, body) = mpsc::channel(2);
    let zone = zone::of_view();
    tokio::spawn(async move {
        // Where nobody reads any more, the end is not made.
        if chunks.send(Ok(begin)).await.is_err() {
            return;
        }
        let Some(later) = document.later else { return };
        let end = zone::within(zone, later).await.unwrap_or_else(|problem| problems::notice(&problem));
        let _ = chunks.send(Ok(Bytes::from(end.into_string() + &foot))).await;
    });
    let mut response = respond(status, Markup::default());
    *response.body_mut() = stream::body(body);
    response
}

/// Who looks is sent to the login; who sent a form gets it at once, with what was in the form, so that it is there again behind it.
fn send_to_login(is_post: bool, target: &str, form: &Pairs) -> Response {
    if !is_post {
        return redirect(&Pairs::of([("next", target)]).behind(login::PATH));
    }
    let path = path_with_name(target);
    let kept = form.without(&["step"]).encoded();
    let asked = Pairs::of([("next", path.as_str()), (login::KEPT, kept.as_str())]);
    let problem = "The session has ended. What you wrote is kept: log in, and the form is there again.";
    login::page(&asked, Some(problem), StatusCode::UNAUTHORIZED)
}

async fn read_form(parts: &Parts, body: axum::body::Body, bytes_max: usize) -> Result<Pairs, Problem> {
    bodies::check_encoding(&parts.headers)?;
    let essence = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !essence.starts_with("application/x-www-form-urlencoded") {
        return Err(Problem::new(ServerCode::MediaTypeUnsupported, "this takes forms only; programs use the API"));
    }
    let read = timeout(FORM_TIME_MAX, to_bytes(body, bytes_max)).await;
    let read = read.map_err(|_| Problem::new(ServerCode::BodyTimeout, "the form did not come in time"))?;
    let most =
        || Problem::new(ServerCode::BodyTooLarge, format!("the form has more than {bytes_max} bytes, or was cut"));
    let bytes = read.map_err(|_| most())?;
    let form = Pairs::read(std::str::from_utf8(&bytes).map_err(|_| Problem::invalid("the form is not UTF-8"))?)?;
    form.check_sent_once(&SENT_SEVERAL_TIMES)?;
    Ok(form)
}

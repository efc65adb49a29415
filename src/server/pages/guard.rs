//! What keeps a browser's session from others: the cookie, the headers of every page, and the check that a form came from a page of ours.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::Markup;

use crate::server::keys::sessions;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::wire::Zone;

/// Over TLS; the prefix has browsers refuse it from anybody but this very host.
const SECURE_COOKIE: &str = "__Host-teller";
const PLAIN_COOKIE: &str = "teller-session";
const ZONE_COOKIE: &str = "teller-zone";
const ZONE_SECONDS: u32 = 365 * 86_400;
const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Whether the browser speaks TLS, with this server or with a proxy before it. A client that sends a false header harms only itself.
fn is_secure(state: &State, headers: &HeaderMap) -> bool {
    state.is_secure || headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

fn cookie_name(state: &State, headers: &HeaderMap) -> &'static str {
    if is_secure(state, headers) { SECURE_COOKIE } else { PLAIN_COOKIE }
}

/// What a browser sends to show that it is logged in.
pub(in crate::server) fn token<'h>(state: &State, headers: &'h HeaderMap) -> Option<&'h str> {
    sent(headers, cookie_name(state, headers))
}

/// The time zone that was chosen in the browser.
pub(super) fn zone(headers: &HeaderMap) -> Zone {
    sent(headers, ZONE_COOKIE).and_then(|text| text.parse().ok()).unwrap_or(Zone::Utc)
}

/// The cookie of a time zone.
pub(super) fn zone_cookie(state: &State, headers: &HeaderMap, zone: Zone) -> String {
    let secure = if is_secure(state, headers) { "; Secure" } else { "" };
    format!("{ZONE_COOKIE}={zone}; Path=/; Max-Age={ZONE_SECONDS}; HttpOnly; SameSite=Strict{secure}")
}

/// A page of this server, whatever was written where one is named.
pub(super) fn own_target(text: &str) -> Option<&str> {
    let is_harmless = |letter: char| letter != '\\' && !letter.is_control();
    (text.starts_with('/') && !text.starts_with("//") && text.chars().all(is_harmless)).then_some(text)
}

/// The cookie of that name.
fn sent<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split("; ")).find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('='))
}

/// The cookie of a session, or one that takes it away.
pub(super) fn cookie(state: &State, headers: &HeaderMap, token: Option<&str>) -> String {
    let secure = if is_secure(state, headers) { "; Secure" } else { "" };
    let seconds = token.map_or(0, |_| sessions::TIME.as_secs());
    let (name, token) = (cookie_name(state, headers), token.unwrap_or_default());
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// A form is taken from pages of this very server only. Browsers say where it comes from; what does not say is no browser, and has the API.
pub(super) fn check_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin",
        None => match (text(header::ORIGIN), text(header::HOST)) {
            (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of_origin)| of_origin == host),
            _ => false,
        },
    };
    if is_own {
        return Ok(());
    }
    Err(Problem::new(ServerCode::Forbidden, "the form was sent from another site; nothing was done"))
}

/// A page, with the headers that all of them have beside those of every answer.
pub(super) fn respond(status: StatusCode, page: Markup) -> Response {
    let mut response = Response::new(Body::from(page.into_string()));
    *response.status_mut() = status;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Sends the browser to another page.
pub(super) fn redirect(target: &str) -> Response {
    let mut response = respond(StatusCode::SEE_OTHER, Markup::default());
    if let Ok(target) = HeaderValue::from_str(target) {
        response.headers_mut().insert(header::LOCATION, target);
    }
    response
}

pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

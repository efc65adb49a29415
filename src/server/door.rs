//! What every request must have before anything looks at it, and the headers that every answer has.

use std::sync::Arc;

use axum::extract::Request as HttpRequest;
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::server::dispatch;
use crate::server::problem::Problem;
use crate::server::state::State;

/// For what a browser shows that is no page of the dashboard: it loads nothing, and stands in no frame.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Lets a request in, and sends its answer out with the headers that it has not.
pub(super) async fn pass(state: Arc<State>, request: HttpRequest, next: Next) -> Response {
    let mut response = match check_host(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => dispatch::refuse(problem, request.headers(), &state),
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Two hosts, or none where HTTP wants one, mean that a proxy and this server may see two requests in one.
fn check_host(request: &HttpRequest) -> Result<(), Problem> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() < Version::HTTP_11 => Ok(()),
        (None, _) => Err(Problem::invalid("there is no Host; send one")),
        (Some(_), Some(_)) => Err(Problem::invalid("there are two Host; send one")),
        (Some(host), None) => {
            let is_read = host.is_empty() || host.to_str().is_ok_and(|text| text.parse::<Authority>().is_ok());
            if is_read { Ok(()) } else { Err(Problem::invalid("the Host cannot be read")) }
        }
    }
}

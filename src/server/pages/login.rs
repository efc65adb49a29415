//! Logging in with a key, and out again. What a form was filled with before the session ended is there again afterwards.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};

use crate::server::dispatch::authenticate_key;
use crate::server::pages::guard::{check_origin, cookie, redirect, respond, token};
use crate::server::pages::layout::whole;
use crate::server::pages::page::Document;
use crate::server::pages::pairs::Pairs;
use crate::server::pages::session::blocking;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;

pub(super) const PATH: &str = "/login";

/// The form. `asked` may have a link that logs in once, and where to go next.
pub(super) fn form(asked: &Pairs, problem: Option<&str>) -> Markup {
    let link = asked.get("link");
    let next = next_of(asked);
    html! {
        @if let Some(problem) = problem { div.notice.bad role="alert" { (problem) } }
        form.fields.one method="post" action=(PATH) {
            input type="hidden" name="next" value=(next);
            @if let Some(link) = link {
                input type="hidden" name="link" value=(link);
                p { "This server has no key yet. Until there is one, the link that it printed at its start logs in once." }
            } @else {
                // Password managers want to know whose the key is.
                input type="text" name="username" value="Teller" autocomplete="username" hidden;
                label {
                    "Key" small { "It begins with tlr_, and lasts in this browser for eight hours." }
                    input type="password" name="key" required autocomplete="current-password" autofocus;
                }
            }
            div.actions { button.main type="submit" { "Log in" } }
        }
    }
}

pub(super) fn page(asked: &Pairs, problem: Option<&str>, status: StatusCode) -> Response {
    respond(status, whole(None, PATH, &Document::new("Log in", form(asked, problem))))
}

/// Where a login leads: a page of this server, whatever was written there.
fn next_of(asked: &Pairs) -> &str {
    let is_own = |next: &&str| {
        let is_harmless = |letter: char| letter != '\\' && !letter.is_control();
        next.starts_with('/') && !next.starts_with("//") && next.chars().all(is_harmless)
    };
    asked.get("next").filter(is_own).unwrap_or("/")
}

/// Takes what the form sent.
pub(super) async fn log_in(state: Arc<State>, headers: HeaderMap, asked: Pairs) -> Response {
    match try_log_in(&state, &headers, &asked).await {
        Ok(token) => {
            let mut response = redirect(next_of(&asked));
            set_cookie(&mut response, &cookie(&state, &headers, Some(&token)));
            response
        }
        // A link that was used up leaves the form for a key.
        Err(problem) => page(&asked.without(&["link"]), Some(&problem.detail), problem.status),
    }
}

async fn try_log_in(state: &Arc<State>, headers: &HeaderMap, asked: &Pairs) -> Result<String, Problem> {
    check_origin(headers)?;
    let key_id = match asked.get("link") {
        Some(link) => state
            .sessions
            .take_link(link)
            .ok_or_else(|| Problem::new(ServerCode::Unauthorized, "the link was used already; log in with a key"))?,
        None => authenticate_key(state, asked.get("key").unwrap_or_default().trim()).await?.id.clone(),
    };
    let now = state.poster.ledger().clock().now();
    blocking(state, move |state| state.sessions.begin(&state.ring, &key_id, now)).await
}

/// Ends the session, and takes the cookie away.
pub(super) async fn log_out(state: Arc<State>, headers: HeaderMap) -> Response {
    if let Err(problem) = check_origin(&headers) {
        return page(&Pairs::default(), Some(&problem.detail), problem.status);
    }
    if let Some(token) = token(&state, &headers).map(str::to_owned)
        && let Err(problem) = blocking(&state, move |state| state.sessions.end(&state.ring, &token)).await
    {
        return page(&Pairs::default(), Some(&problem.detail), problem.status);
    }
    let mut response = redirect(PATH);
    set_cookie(&mut response, &cookie(&state, &headers, None));
    response
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}

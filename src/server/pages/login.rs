//! Logging in with a key, and out again. What a form was filled with before the session ended is there again afterwards.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use crate::server::dispatch::authenticate_key;
use crate::server::pages::acting::fields::hidden;
use crate::server::pages::guard::{check_origin, cookie, own_target, redirect, respond, set_cookie, token};
use crate::server::pages::layout::whole;
use crate::server::pages::page::Document;
use crate::server::pages::pairs::Pairs;
use crate::server::pages::session::blocking;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;

pub(super) const PATH: &str = "/login";
/// The field with the form that was interrupted.
pub(super) const KEPT: &str = "kept";

/// The form. `asked` may have a link that logs in once, and where to go next.
pub(super) fn form(asked: &Pairs, problem: Option<&str>) -> Markup {
    let link = asked.get("link");
    let next = next_of(asked);
    html! {
        @if let Some(problem) = problem { div.notice.bad role="alert" { (problem) } }
        form.fields.one method="post" action=(PATH) {
            input type="hidden" name="next" value=(next);
            @if let Some(kept) = asked.get(KEPT) { input type="hidden" name=(KEPT) value=(kept); }
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
    asked.get("next").and_then(own_target).unwrap_or("/")
}

/// Takes what the form sent.
pub(super) async fn log_in(state: Arc<State>, headers: HeaderMap, asked: Pairs) -> Response {
    match try_log_in(&state, &headers, &asked).await {
        Ok(token) => {
            let kept = asked.get(KEPT).map_or_else(Pairs::default, |kept| Pairs::read(kept).unwrap_or_default());
            let next = next_of(&asked);
            let mut response = if kept == Pairs::default() { redirect(next) } else { go_on(next, &kept) };
            set_cookie(&mut response, &cookie(&state, &headers, Some(&token)));
            response
        }
        // A link that was used up leaves the form for a key.
        Err(problem) => page(&asked.without(&["link"]), Some(&problem.detail), problem.status),
    }
}

/// Leads to the form that was interrupted, as it was filled. It is shown there and nothing is done.
fn go_on(path: &str, kept: &Pairs) -> Response {
    let main = html! {
        p.notice role="status" { "You are logged in again, and what you wrote is kept." }
        form method="post" action=(path) data-go-on {
            (hidden(kept))
            div.actions { button.main type="submit" name="step" value="edit" { "Go on with the form" } }
        }
    };
    respond(StatusCode::OK, whole(None, PATH, &Document::new("Go on", main)))
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

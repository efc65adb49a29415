//! Whether the server lives, and whether it can be sent requests. Neither needs a key, and neither tells anything of the book.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

use crate::server::state::State;

/// How long an answer of the database is good for.
const GOOD_FOR: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_secs(2);

/// What was found out last, and when.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Option<(Stopwatch, bool)>>);

impl Health {
    fn fresh(&self) -> Option<bool> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.filter(|(at, _)| at.elapsed() < GOOD_FOR).map(|(_, is_ready)| is_ready)
    }

    fn keep(&self, is_ready: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Stopwatch::now(), is_ready));
    }
}

pub(super) fn live() -> Response {
    "ok\n".into_response()
}

pub(super) async fn ready(state: Arc<State>, health: Arc<Health>) -> Response {
    if state.is_ending() {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending\n").into_response();
    }
    let is_ready = if let Some(is_ready) = health.fresh() {
        is_ready
    } else {
        let asked = state.health.run(Instant::now() + WAIT_MAX, |ledger| Ok(ledger.list_accounts("", None, 1)?)).await;
        health.keep(asked.is_ok());
        asked.is_ok()
    };
    if is_ready {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no database\n").into_response()
    }
}

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
pub(super) struct Health(Mutex<Option<(Stopwatch, Found)>>);

/// Whether a server has what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    All,
    NoBook,
    /// What is kept beside the book cannot be read: no key could be revoked.
    NoKeys,
}

impl Health {
    fn fresh(&self) -> Option<Found> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.filter(|(at, _)| at.elapsed() < GOOD_FOR).map(|(_, found)| found)
    }

    fn keep(&self, found: Found) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Stopwatch::now(), found));
    }
}

pub(super) fn live() -> Response {
    "ok\n".into_response()
}

pub(super) async fn ready(state: Arc<State>, health: Arc<Health>) -> Response {
    if state.is_ending() {
        return (StatusCode::SERVICE_UNAVAILABLE, "ending\n").into_response();
    }
    let found = if let Some(found) = health.fresh() {
        found
    } else {
        let found = look(&state).await;
        health.keep(found);
        found
    };
    let missing = match found {
        Found::All => return "ready\n".into_response(),
        Found::NoBook => "no database\n",
        Found::NoKeys => "no keys: what is kept beside the book cannot be read\n",
    };
    (StatusCode::SERVICE_UNAVAILABLE, missing).into_response()
}

async fn look(state: &State) -> Found {
    let ring = Arc::clone(&state.ring);
    let looked = state.health.run(Instant::now() + WAIT_MAX, move |ledger| {
        ledger.list_accounts("", None, 1)?;
        Ok(if ring.keys().list().is_ok() { Found::All } else { Found::NoKeys })
    });
    looked.await.unwrap_or(Found::NoBook)
}

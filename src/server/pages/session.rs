//! Who is logged in, by the cookie that a browser sends.

use std::sync::Arc;

use axum::http::HeaderMap;

use crate::error::Error;
use crate::server::keys::ring::Principal;
use crate::server::pages::guard::token;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;

/// Who is logged in.
pub(in crate::server) async fn principal(
    state: &Arc<State>,
    headers: &HeaderMap,
) -> Result<Option<Arc<Principal>>, Problem> {
    let Some(token) = token(state, headers).map(str::to_owned) else { return Ok(None) };
    let now = state.poster.ledger().clock().now();
    blocking(state, move |state| state.sessions.find(&state.ring, &token, now)).await
}

/// Does what blocks on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(
    state: &Arc<State>,
    work: impl FnOnce(&State) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let state = Arc::clone(state);
    let done = tokio::task::spawn_blocking(move || work(&state)).await;
    Ok(done.map_err(|_| Problem::new(ServerCode::Panic, "a fault of Teller; the log tells more"))??)
}

//! What is read from the database for the numbers of the server, when they are asked for.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::warn;

use crate::ledger::Ledger;
use crate::server::problem::Problem;
use crate::server::state::State;

/// How long a scrape waits for the database.
const TIME_MAX: Duration = Duration::from_secs(5);

/// Reads how far consumers and webhooks have come, and which monitors are raised. Where that cannot be done the numbers stay as they are, and the others are told all the same.
pub(super) async fn refresh(state: &Arc<State>) {
    let (consumers, webhooks) = (Arc::clone(&state.consumers), Arc::clone(&state.webhooks));
    let monitors = Arc::clone(&state.monitors);
    let read = move |ledger: &Ledger| {
        let (consumers, webhooks, monitors) = (consumers.list(ledger)?, webhooks.list()?, monitors.list()?);
        let newest = if webhooks.is_empty() { None } else { ledger.newest_event_cursor(Duration::ZERO)? };
        Ok::<_, Problem>((consumers, webhooks, monitors, newest.map_or(0, |cursor| cursor.sequence.0)))
    };
    match state.reads.run(Instant::now() + TIME_MAX, read).await {
        Ok((consumers, webhooks, monitors, newest)) => {
            state.metrics.of_feed.set(consumers, webhooks, newest);
            state.metrics.of_feed.set_monitors(monitors);
        }
        Err(problem) => warn!(code = problem.code, "consumers, webhooks and monitors cannot be read"),
    }
}

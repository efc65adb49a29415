//! Reading the book as long as anybody follows it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::warn;

use crate::ledger::{EventContent, EventFilter, Ledger};
use crate::server::feed::ring::Edge;
use crate::server::feed::told::Told;
use crate::server::problem::Problem;
use crate::server::state::State;

/// How many events are read at once.
const PAGE_EVENTS: u32 = 1_000;
/// How long writers that are under way are waited for within a look.
const WRITERS_WAIT: Duration = Duration::from_millis(10);
/// How long after a write the book is looked at, so that one look finds the writes of many.
const NUDGE_PAUSE: Duration = Duration::from_millis(5);
/// How long a pause is between two looks where nothing happens: twice as long each time.
const PAUSE_FIRST: Duration = Duration::from_millis(25);
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// How long a look may wait for a connection.
const LOOK_TIME_MAX: Duration = Duration::from_secs(10);

/// Reads the book's events into the ring, until the server ends.
pub(in crate::server) async fn follow(state: Weak<State>) {
    let mut pause = PAUSE_FIRST;
    loop {
        let Some(state) = state.upgrade() else { return };
        if state.is_ending() {
            return;
        }
        let feed = Arc::clone(&state.feed);
        if !feed.has_readers() {
            feed.ring().clear();
            drop(state);
            let _ = timeout(PAUSE_MAX, feed.wake.notified()).await;
            continue;
        }
        let found = look(&state).await;
        drop(state);
        match found {
            Ok(Look { count: 1.., .. }) => pause = PAUSE_FIRST,
            // The writers that hold events back end soon.
            Ok(Look { is_behind: true, .. }) => {
                sleep(NUDGE_PAUSE).await;
                continue;
            }
            Ok(_) => {}
            Err(problem) => {
                warn!(code = problem.code, detail = problem.detail, "the events cannot be read; they are tried again");
            }
        }
        if timeout(pause, feed.wake.notified()).await.is_ok() {
            sleep(NUDGE_PAUSE).await;
            pause = PAUSE_FIRST;
        } else {
            pause = (2 * pause).min(PAUSE_MAX);
        }
    }
}

/// What a look found.
struct Look {
    count: usize,
    is_behind: bool,
}

async fn look(state: &Arc<State>) -> Result<Look, Problem> {
    let deadline = Instant::now() + LOOK_TIME_MAX;
    let end = state.feed.ring().end();
    let Some(Edge(after)) = end else {
        let newest = state.reads.run(deadline, |ledger| Ok(ledger.newest_event_cursor(WRITERS_WAIT)?)).await?;
        state.feed.ring().begin(newest);
        return Ok(Look { count: 0, is_behind: false });
    };
    let all = EventFilter::default();
    let read = move |ledger: &Ledger| Ok(Told::list(ledger, after, &all, (PAGE_EVENTS, WRITERS_WAIT))?);
    let (told, page) = state.reads.run(deadline, read).await?;
    let (count, is_behind) = (told.len(), page.horizon < page.newest);
    state.metrics.feed_is_behind(is_behind);
    if count > 0 {
        let is_transfer = |told: &&Arc<Told>| matches!(told.event.content, EventContent::Transfer(_));
        state.metrics.recent.told(told.iter().filter(is_transfer).count());
        state.feed.ring().add(told);
        state.feed.changes.send_modify(|number| *number += 1);
    }
    Ok(Look { count, is_behind })
}

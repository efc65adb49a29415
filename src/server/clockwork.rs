//! What is to happen though nobody asks for it: the expiry of holds is recorded, and what is due is posted.
//!
//! Both are done once, however many servers and other programs do them at the same time: an expiry and a due have ids that the hold and the
//! schedule determine.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tracing::{info, warn};

use crate::error::Error;
use crate::facts::Actor;
use crate::ledger::{Ledger, Mode, WriteOptions};
use crate::server::problem::Problem;
use crate::server::state::State;

/// Does both each time that the interval is over, until the server ends. It waits among the writes that are no postings.
pub(super) async fn run(state: Arc<State>, interval: Duration) {
    let mut ticks = interval_at(Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if state.is_ending() {
            return;
        }
        let ending = state.ending();
        let goes_on = move || !ending.load(std::sync::atomic::Ordering::Relaxed);
        let done = state.writes.run_to_end(move |ledger| do_both(ledger, &goes_on).map_err(Problem::from)).await;
        match done {
            Ok((0, 0)) => {}
            Ok((expired, posted)) => info!(expired, posted, "recorded the expiry of holds, and posted what was due"),
            Err(problem) => warn!(problem.detail, "holds and schedules could not be seen to; it is tried again"),
        }
    }
}

/// How many holds expired, and how many dues were posted.
fn do_both(ledger: &Ledger, goes_on: &dyn Fn() -> bool) -> Result<(u64, u64), Error> {
    let expired = ledger.expire_holds(WriteOptions::new(Mode::Commit).by(Actor::teller()))?;
    let step = &mut |_: &_| if goes_on() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let run = ledger.run_schedules(None, Mode::Commit, step)?;
    Ok((expired, run.posted))
}

//! Lanes of threads, each with its own connections, so that no kind of work starves another.
//!
//! The ledger blocks, so its work runs on threads of its own. A lane lets so many of them work at once, and bounds how many requests wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::ledger::Ledger;
use crate::server::problem::Problem;
use crate::server::status::ServerCode;

/// The most requests that wait for a place in one lane.
const WAITING_MAX: usize = 1_000;

/// What is known of work that was not done by its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// It only reads, so nothing is lost.
    Reads,
    /// It goes on, and what becomes of it is not known yet.
    Writes,
}

pub(super) struct Lane {
    ledger: Arc<Ledger>,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    late: Late,
}

/// A request's place among those that wait.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lane {
    pub(super) fn new(ledger: Arc<Ledger>, permits: u32, late: Late) -> Self {
        let permits = Arc::new(Semaphore::new(permits as usize));
        Self { ledger, permits, waiting: AtomicUsize::new(0), late }
    }

    /// Does what this lane is for on a thread of its own. Work that has begun ends, whether anybody waits for it or not.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&Ledger) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.run_as(self.late, deadline, work).await
    }

    /// As [`Lane::run`], for work that says itself what is known of it when it is late.
    pub(super) async fn run_as<T: Send + 'static>(
        &self,
        late: Late,
        deadline: Instant,
        work: impl FnOnce(&Ledger) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = self.enter(deadline).await?;
        let ledger = Arc::clone(&self.ledger);
        let work = tokio::task::spawn_blocking(move || {
            let outcome = work(&ledger);
            drop(permit);
            outcome
        });
        match timeout_at(deadline, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(panicked()),
            Err(_) => Err(late.problem()),
        }
    }

    /// Does the work when there is a place, however long both take.
    pub(super) async fn run_to_end<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Ledger) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| busy())?;
        let ledger = Arc::clone(&self.ledger);
        let work = tokio::task::spawn_blocking(move || {
            let outcome = work(&ledger);
            drop(permit);
            outcome
        });
        work.await.unwrap_or_else(|_| Err(panicked()))
    }

    /// Waits for a place, which is given back when what is returned is dropped.
    pub(super) async fn enter(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, Problem> {
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if waiting >= WAITING_MAX {
            return Err(Problem::new(ServerCode::ServerBusy, format!("{waiting} requests wait already")));
        }
        let permit = timeout_at(deadline, Arc::clone(&self.permits).acquire_owned()).await;
        permit.map_err(|_| busy())?.map_err(|_| busy())
    }

    /// The book, for work of a kind of its own that has entered.
    pub(super) fn ledger(&self) -> Arc<Ledger> {
        Arc::clone(&self.ledger)
    }
}

impl Late {
    fn problem(self) -> Problem {
        let code = match self {
            Self::Reads => ServerCode::DeadlinePassed,
            Self::Writes => ServerCode::OutcomeUnknown,
        };
        Problem::new(code, "the answer did not come by the deadline")
    }
}

pub(super) fn panicked() -> Problem {
    Problem::new(ServerCode::Panic, "a fault of Teller; the log tells more")
}

fn busy() -> Problem {
    Problem::new(ServerCode::ServerBusy, "no thread was free by the deadline; nothing was done")
}

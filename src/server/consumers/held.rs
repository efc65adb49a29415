//! The lease of a client that reads events over HTTP.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tracing::warn;

use crate::error::Error;
use crate::ledger::Ledger;
use crate::server::call::Call;
use crate::server::consumers::kept::{Consumers, Lease};
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;
use crate::wire::read_duration;

/// How long a lease lasts where the client says nothing.
pub(in crate::server) const LEASE_USUAL: Duration = Duration::from_secs(30);
const TIME_MAX: Duration = Duration::from_secs(10);

/// A lease, and what keeps it.
pub(in crate::server) struct Held {
    consumers: Arc<Consumers>,
    pub(in crate::server) lease: Lease,
}

impl Held {
    /// Takes the lease of the consumer that the query names, or goes on with one that the client has. `None` where it names none. The client
    /// may wait that long for an answer, and the lease lasts longer by that.
    pub(in crate::server) async fn begin(
        state: &Arc<State>,
        call: &Call,
        wait: Duration,
    ) -> Result<Option<Self>, Problem> {
        let (epoch, time) = (call.number::<i64>("epoch")?, call.query.get("lease"));
        let Some(name) = call.query.get("consumer") else {
            if epoch.is_some() || time.is_some() {
                return Err(Problem::invalid("epoch and lease are about a consumer; name it"));
            }
            return Ok(None);
        };
        if call.query.get("after").is_some() || call.headers.contains_key("last-event-id") {
            return Err(Problem::invalid("a consumer goes on where it is; leave out after and Last-Event-ID"));
        }
        if !call.principal.prefix.is_empty() {
            let detail = "a consumer is about the whole book, and the key is for some accounts";
            return Err(Problem::new(ServerCode::Forbidden, detail));
        }
        let time = time.map(read_duration).transpose()?.unwrap_or(LEASE_USUAL).saturating_add(wait);
        let (name, holder) = (name.to_owned(), call.principal.name.to_string());
        let lease = on_thread(state, move |consumers, ledger| match epoch {
            Some(epoch) => consumers.renew(&name, epoch, time, ledger),
            None => consumers.take(&name, &holder, time, ledger),
        });
        Ok(Some(Self { lease: lease.await?, consumers: Arc::clone(&state.consumers) }))
    }

    /// How often it must be kept.
    pub(in crate::server) fn interval(&self) -> Duration {
        self.lease.time / 3
    }

    /// Lets it last longer. Says whether it is still this client's. A fault says nothing about that; the lease ends by itself if it goes on.
    pub(in crate::server) async fn keep(&self, state: &Arc<State>) -> bool {
        let lease = self.lease.clone();
        let renewed = on_thread(state, move |consumers, ledger| {
            consumers.renew(&lease.consumer, lease.epoch, lease.time, ledger)
        });
        match renewed.await {
            Ok(_) => true,
            Err(problem) => {
                warn!(consumer = self.lease.consumer, code = problem.code, "the lease of a consumer was not renewed");
                !matches!(problem.code, "lease_lost" | "consumer_unknown")
            }
        }
    }

    /// Gives it back at the end of a stream. Where that cannot be done, it ends by itself.
    pub(in crate::server) async fn give_back(&self) {
        let (consumers, lease) = (Arc::clone(&self.consumers), self.lease.clone());
        let given = tokio::task::spawn_blocking(move || consumers.give_back(&lease)).await;
        if !matches!(given, Ok(Ok(()))) {
            warn!(consumer = self.lease.consumer, "the lease of a consumer cannot be given back");
        }
    }
}

async fn on_thread<T: Send + 'static>(
    state: &Arc<State>,
    work: impl FnOnce(&Consumers, &Ledger) -> Result<T, Error> + Send + 'static,
) -> Result<T, Problem> {
    let consumers = Arc::clone(&state.consumers);
    state.writes.run(Instant::now() + TIME_MAX, move |ledger| Ok(work(&consumers, ledger)?)).await
}

//! The lane of postings: they go to the poster, which commits what many clients ask for together, and the client waits without a thread.

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::facts::Actor;
use crate::ledger::{Ledger, Mode, Prepared, Receipt, WriteOptions, prepare_or_ask};
use crate::requests::{Request, Written};
use crate::server::currencies::Currencies;
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;

/// How often currencies are looked up for one request: those of its accounts, and those of the accounts that follow from these.
const LOOKS_MAX: usize = 3;

/// Posts a request, or tries it.
pub(super) async fn post(
    state: &State,
    request: Request<Written>,
    options: WriteOptions,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    let prepare = |known: &Currencies| Ok(prepare_or_ask(&request, |name| known.get(name))?);
    if let Some((actor, resolved)) = resolve(state, prepare, &options, deadline).await? {
        return post_with_others(state, actor, resolved, deadline).await;
    }
    state.writes.run(deadline, move |ledger| Ok(ledger.submit_one_written(&request, options)?)).await
}

/// The same for what may open accounts: by itself where it does, or where it is only tried.
pub(super) async fn post_prepared(
    state: &State,
    prepare: impl Fn(&Currencies) -> Result<Prepared, Problem>,
    alone: impl FnOnce(&Ledger) -> Result<Receipt, Problem> + Send + 'static,
    options: &WriteOptions,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    match resolve(state, prepare, options, deadline).await? {
        Some((actor, resolved)) => post_with_others(state, actor, resolved, deadline).await,
        None => state.writes.run(deadline, alone).await,
    }
}

/// The request as the poster takes it, where the currencies of accounts are all that it leaves to the book. `None` for what is posted by itself.
async fn resolve<'o>(
    state: &State,
    prepare: impl Fn(&Currencies) -> Result<Prepared, Problem>,
    options: &'o WriteOptions,
    deadline: Instant,
) -> Result<Option<(&'o Actor, Request)>, Problem> {
    let WriteOptions { mode: Mode::Commit, actor: Some(actor), .. } = options else { return Ok(None) };
    for _ in 0..LOOKS_MAX {
        match prepare(&state.currencies)? {
            Prepared::Ready(request) => return Ok(Some((actor, *request))),
            Prepared::NeedsBook => return Ok(None),
            Prepared::Asks(names) => {
                let found = state.reads.run(deadline, move |ledger| Ok(ledger.currencies_of(&names)?)).await?;
                if found.is_empty() {
                    return Ok(None);
                }
                state.currencies.add(found);
            }
        }
    }
    Ok(None)
}

async fn post_with_others(
    state: &State,
    actor: &Actor,
    request: Request,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    let begin = Instant::now();
    let (sender, answer) = oneshot::channel();
    // The client may be gone when the answer comes.
    state.poster.try_begin_with(actor, request, move |answer| drop(sender.send(answer)))?;
    match timeout_at(deadline, answer).await {
        Ok(Ok(answer)) => {
            state.metrics.recent.answered(begin.elapsed());
            Ok(answer?)
        }
        Ok(Err(_)) => Err(Problem::new(ServerCode::OutcomeUnknown, "the thread that was to post it is gone")),
        Err(_) => Err(Problem::new(ServerCode::OutcomeUnknown, "the answer did not come by the deadline")),
    }
}

//! The lane of postings: they go to the poster, which commits what many clients ask for together, and the client waits without a thread.

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::facts::Actor;
use crate::ledger::{Mode, Receipt, WriteOptions, accounts_of, prepare};
use crate::requests::{Request, Written};
use crate::server::problem::Problem;
use crate::server::state::State;
use crate::server::status::ServerCode;

/// Posts a request, or tries it.
pub(super) async fn post(
    state: &State,
    request: Request<Written>,
    options: WriteOptions,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    let WriteOptions { mode: Mode::Commit, actor: Some(actor), .. } = &options else {
        return post_by_itself(state, request, options, deadline).await;
    };
    match resolve(state, &request, deadline).await? {
        Some(resolved) => post_with_others(state, actor, resolved, deadline).await,
        // What it names has to be looked up where it is posted.
        None => post_by_itself(state, request, options, deadline).await,
    }
}

/// The request as the poster takes it, where the currencies of its accounts are all that it leaves to the book.
async fn resolve(state: &State, request: &Request<Written>, deadline: Instant) -> Result<Option<Request>, Problem> {
    let currency = |name: &_| state.currencies.get(name);
    if let Some(resolved) = prepare(request, currency)? {
        return Ok(Some(resolved));
    }
    let mut unknown = accounts_of(request);
    unknown.retain(|name| state.currencies.get(name).is_none());
    if unknown.is_empty() {
        return Ok(None);
    }
    let found = state.reads.run(deadline, move |ledger| Ok(ledger.currencies_of(&unknown)?)).await?;
    state.currencies.add(found);
    Ok(prepare(request, currency)?)
}

async fn post_with_others(
    state: &State,
    actor: &Actor,
    request: Request,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    let (sender, answer) = oneshot::channel();
    // The client may be gone when the answer comes.
    state.poster.try_begin_with(actor, request, move |answer| drop(sender.send(answer)))?;
    match timeout_at(deadline, answer).await {
        Ok(Ok(answer)) => Ok(answer?),
        Ok(Err(_)) => Err(Problem::new(ServerCode::OutcomeUnknown, "the thread that was to post it is gone")),
        Err(_) => Err(Problem::new(ServerCode::OutcomeUnknown, "the answer did not come by the deadline")),
    }
}

async fn post_by_itself(
    state: &State,
    request: Request<Written>,
    options: WriteOptions,
    deadline: Instant,
) -> Result<Receipt, Problem> {
    state.writes.run(deadline, move |ledger| Ok(ledger.submit_one_written(&request, options)?)).await
}

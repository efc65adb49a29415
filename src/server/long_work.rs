//! Work that goes on after its client was answered, where it takes long.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Endpoint, JobRun};
use crate::server::lanes::panicked;
use crate::server::problem::Problem;
use crate::server::state::State;

/// How long a client waits at most.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Begins the work, and waits for its answer. What is not done by then is a job. It is done even where the client leaves.
pub(super) async fn answer(
    state: &Arc<State>,
    endpoint: &'static Endpoint,
    call: Arc<Call>,
    run: JobRun,
    deadline: Instant,
) -> Result<Answer, Problem> {
    let owner = call.actor().clone();
    let request = format!("{} {}", endpoint.method_word(), endpoint.path);
    let id = state.jobs.begin(owner.clone(), request, state.poster.ledger().clock().now())?;
    let (sender, outcome) = oneshot::channel();
    let (state_of_job, id_of_job) = (Arc::clone(state), id.clone());
    tokio::spawn(async move {
        let is_ending = state_of_job.ending();
        let outcome = state_of_job.long.run_to_end(move |ledger| run(&call, ledger, &is_ending)).await;
        state_of_job.jobs.end(&id_of_job, outcome.clone(), state_of_job.poster.ledger().clock().now());
        // The client may have been answered by now.
        let _ = sender.send(outcome);
    });
    if let Ok(outcome) = timeout_at(deadline.min(Instant::now() + WAIT_MAX), outcome).await {
        state.jobs.forget(&id);
        return outcome.unwrap_or_else(|_| Err(panicked()));
    }
    let job = state.jobs.find(&id, &owner).ok_or_else(panicked)?;
    let location = Some(format!("/v1/jobs/{id}"));
    Ok(Answer { status: StatusCode::ACCEPTED, location, ..Answer::one(&job.shown())? })
}

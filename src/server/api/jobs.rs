//! What became of work that went on after its client was answered.

use axum::http::Method;

use crate::server::answer::Answer;
use crate::server::call::Call;
use crate::server::endpoint::{Action, Body, Endpoint, Reach};
use crate::server::jobs::{Job, Jobs};
use crate::server::problem::Problem;
use crate::server::schemas::Shape;
use crate::server::status::ServerCode;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let of = |path, summary, run, answer| Endpoint {
        judge: None,
        judges_version: false,
        method: Method::GET,
        path,
        summary,
        scope: None,
        reach: Reach::Book,
        query: &[],
        body: Body::None,
        answer,
        action: Action::Jobs(run),
    };
    vec![
        of("/v1/jobs", "List the jobs that this key asked for, newest first", list, Shape::Page("JobSummary")),
        of("/v1/jobs/{job}", "Show a job, and its answer when it is done", show, Shape::One("JobRecord")),
    ]
}

fn list(call: &Call, jobs: &Jobs) -> Result<Answer, Problem> {
    Answer::list(&jobs.of(call.actor()).iter().map(Job::shown).collect::<Vec<_>>())
}

fn show(call: &Call, jobs: &Jobs) -> Result<Answer, Problem> {
    match jobs.find(call.named("job"), call.actor()) {
        Some(job) => Answer::one(&job.with_answer()),
        None => Err(Problem::new(ServerCode::JobUnknown, "this key asked for no such job, or it is forgotten by now")),
    }
}

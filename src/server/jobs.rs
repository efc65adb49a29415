//! Work that goes on after its client was answered 202. It lives in the memory of this process, is bounded, and is lost when the process ends.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::facts::{Actor, Instant};
use crate::server::answer::Answer;
use crate::server::problem::Problem;
use crate::server::status::ServerCode;
use crate::wire::hex::to_hex;

/// The most jobs that are kept, and the most of them that are not done. Ended ones make room for new ones, the oldest first.
const KEPT_MAX: usize = 100;
const WAITING_MAX: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Jobs(Mutex<VecDeque<Job>>);

#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) id: String,
    /// The name of the key that asked for it, which alone is told of it.
    owner: Actor,
    /// The method and the path.
    request: String,
    created_at: Instant,
    ended: Option<(Instant, Result<Answer, Problem>)>,
}

impl Job {
    /// What is shown of it.
    pub(super) fn shown(&self) -> Value {
        let (state, ended_at, status) = match &self.ended {
            None => ("running", None, None),
            Some((at, Ok(answer))) => ("done", Some(*at), Some(answer.status.as_u16())),
            Some((at, Err(problem))) => ("failed", Some(*at), Some(problem.status.as_u16())),
        };
        json!({
            "id": self.id,
            "request": self.request,
            "state": state,
            "created_at": self.created_at,
            "ended_at": ended_at,
            "status": status,
        })
    }

    /// The same, with the answer that the request would have had.
    pub(super) fn with_answer(&self) -> Value {
        let mut shown = self.shown();
        shown["answer"] = match &self.ended {
            None => Value::Null,
            Some((_, Ok(answer))) => serde_json::from_slice(&answer.body).unwrap_or_default(),
            Some((_, Err(problem))) => problem.to_json(&self.id),
        };
        shown
    }
}

impl Jobs {
    fn jobs(&self) -> MutexGuard<'_, VecDeque<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes new work, and gives its id.
    pub(super) fn begin(&self, owner: Actor, request: String, now: Instant) -> Result<String, Problem> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|_| Problem::new(ServerCode::ServerBusy, "the system gives no random bytes"))?;
        let id = to_hex(&bytes);
        let mut jobs = self.jobs();
        let waiting = jobs.iter().filter(|job| job.ended.is_none()).count();
        if waiting >= WAITING_MAX {
            return Err(Problem::new(ServerCode::ServerBusy, format!("{waiting} jobs are not done yet")));
        }
        if jobs.len() >= KEPT_MAX
            && let Some(oldest) = jobs.iter().position(|job| job.ended.is_some())
        {
            jobs.remove(oldest);
        }
        jobs.push_back(Job { id: id.clone(), owner, request, created_at: now, ended: None });
        Ok(id)
    }

    /// Notes what the work came to.
    pub(super) fn end(&self, id: &str, outcome: Result<Answer, Problem>, now: Instant) {
        if let Some(job) = self.jobs().iter_mut().find(|job| job.id == id) {
            job.ended = Some((now, outcome));
        }
    }

    /// Forgets work whose client has its answer.
    pub(super) fn forget(&self, id: &str) {
        self.jobs().retain(|job| job.id != id);
    }

    /// The job of that id, where this key asked for it.
    pub(super) fn find(&self, id: &str, owner: &Actor) -> Option<Job> {
        self.jobs().iter().find(|job| job.id == id && job.owner == *owner).cloned()
    }

    /// The jobs that this key asked for, newest first.
    pub(super) fn of(&self, owner: &Actor) -> Vec<Job> {
        self.jobs().iter().rev().filter(|job| job.owner == *owner).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_bounded_and_ended_ones_make_room() {
        let jobs = Jobs::default();
        let owner: Actor = "payments".parse().unwrap();
        let begin = || jobs.begin(owner.clone(), "POST /v1/seals".to_owned(), Instant::EPOCH);
        let ids: Vec<_> = (0..WAITING_MAX).map(|_| begin().unwrap()).collect();
        assert_eq!(begin().unwrap_err().code, "server_busy");
        for id in &ids {
            jobs.end(id, Answer::one("done"), Instant::EPOCH);
        }
        for _ in 0..2 * KEPT_MAX {
            let id = begin().unwrap();
            jobs.end(&id, Answer::one("done"), Instant::EPOCH);
        }
        assert_eq!(jobs.of(&owner).len(), KEPT_MAX);
        assert!(jobs.find(&ids[0], &owner).is_none(), "the oldest made room");
        let other = "other".parse().unwrap();
        let id = begin().unwrap();
        assert!(jobs.find(&id, &owner).is_some() && jobs.find(&id, &other).is_none() && jobs.of(&other).is_empty());
    }
}

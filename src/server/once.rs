//! Work that a form asks for and that has no key of its own: done once, however often the form is sent.
//!
//! A double click sends a form twice, and the browser shows the second answer alone. So the second one gets what the first came to, for a
//! minute, also where that is a secret which is shown once. Afterwards it is told that the form was used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;

use crate::server::answer::Answer;
use crate::server::lanes::panicked;
use crate::server::problem::Problem;

/// How long an answer stays in memory.
const SHOWN_FOR: Duration = Duration::from_mins(1);
const WORKS_MAX: usize = 1_000;

/// What forms have asked for.
#[derive(Debug)]
pub(super) struct Once {
    shown_for: Duration,
    works: Mutex<HashMap<String, Arc<Work>>>,
}

#[derive(Debug, Default)]
struct Work {
    /// Held while it is being done.
    doing: Arc<AsyncMutex<()>>,
    outcome: Mutex<Outcome>,
}

#[derive(Clone, Debug, Default)]
enum Outcome {
    #[default]
    None,
    Done(Answer),
    /// It was done, and its answer is forgotten.
    Forgotten,
}

impl Default for Once {
    fn default() -> Self {
        Self { shown_for: SHOWN_FOR, works: Mutex::default() }
    }
}

impl Once {
    /// Does the work of that name, or gives the answer that it had. It goes on when nobody waits any more. Work that was refused can be tried again.
    pub(super) async fn run<W>(&self, name: &str, work: W) -> Result<Answer, Problem>
    where
        W: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let kept = self.work(name);
        let doing = Arc::clone(&kept.doing).lock_owned().await;
        match kept.outcome().clone() {
            Outcome::None => {}
            Outcome::Done(answer) => return Ok(Answer { is_replayed: true, ..answer }),
            Outcome::Forgotten => return Err(Problem::invalid("this form was used already, and did what it says")),
        }
        let shown_for = self.shown_for;
        let task = tokio::spawn(async move {
            let outcome = work.await;
            if let Ok(answer) = &outcome {
                *kept.outcome() = Outcome::Done(answer.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(shown_for).await;
                    *kept.outcome() = Outcome::Forgotten;
                });
            }
            drop(doing);
            outcome
        });
        task.await.unwrap_or_else(|_| Err(panicked()))
    }

    fn work(&self, name: &str) -> Arc<Work> {
        let mut works = self.works.lock().unwrap_or_else(PoisonError::into_inner);
        if works.len() >= WORKS_MAX && !works.contains_key(name) {
            works.retain(|_, work| matches!(*work.outcome(), Outcome::Done(_)));
        }
        Arc::clone(works.entry(name.to_owned()).or_default())
    }
}

impl Work {
    fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn ask(once: &Once, counter: &Arc<AtomicUsize>, is_refused: bool) -> Result<(Vec<u8>, bool), &'static str> {
        let counter = Arc::clone(counter);
        let work = async move {
            let number = counter.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            if is_refused { Err(Problem::invalid("no")) } else { Ok(Answer::text("text/plain", number.to_string())) }
        };
        let outcome = once.run("form", work).await;
        outcome.map(|answer| (answer.body, answer.is_replayed)).map_err(|problem| problem.code)
    }

    #[test]
    fn work_is_done_once_by_a_double_click_and_its_answer_is_forgotten() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (once, counter) = (Once::default(), Arc::default());
            assert_eq!(ask(&once, &counter, true).await, Err("request_invalid"));
            let both = tokio::join!(ask(&once, &counter, false), ask(&once, &counter, false));
            assert_eq!(
                both,
                (Ok((b"1".to_vec(), false)), Ok((b"1".to_vec(), true))),
                "what was refused can be tried again"
            );

            let once = Once { shown_for: Duration::ZERO, ..Once::default() };
            assert!(ask(&once, &counter, false).await.is_ok());
            while ask(&once, &counter, false).await.is_ok() {
                tokio::task::yield_now().await;
            }
            assert_eq!(counter.load(Ordering::Relaxed), 3, "it is not done again");
        });
    }
}

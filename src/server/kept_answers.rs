//! Answers that take long, kept for a while: sums over many accounts, which no page may compute on each view.
//!
//! An answer is fresh for as long as twenty times what it took, so that making it anew never keeps a core busy. Then the next view has it made
//! anew in the background. A page that shows such an answer says when it was made.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use serde_json::Value;
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::timeout;

use crate::facts::Instant;
use crate::server::problem::Problem;

/// How long a view waits for an answer before it does without. What a page has beside it is sent meanwhile.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// The same where there is an older answer, which is shown then. In a small book a new one is made within that.
const WAIT_FOR_NEWER: Duration = Duration::from_millis(15);
const FRESH_TIMES: u32 = 20;
const FRESH_MAX: Duration = Duration::from_mins(10);
const ANSWERS_MAX: usize = 1_000;

/// An answer, and how old it is.
#[derive(Debug)]
pub(super) struct KeptAnswer {
    pub(super) value: Value,
    pub(super) made_at: Instant,
    fresh_until: Stopwatch,
}

/// What is known of an answer that is made when it is asked for.
pub(super) struct Last {
    pub(super) answer: Option<Arc<KeptAnswer>>,
    /// Why it could not be made the last time.
    pub(super) fault: Option<Problem>,
    pub(super) is_being_made: bool,
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Those that are made when they are looked at. When there are too many, old ones are forgotten.
    asked: Mutex<HashMap<String, Arc<Slot>>>,
    /// Those that somebody asked for once, which stay as long as the server runs.
    lasting: Mutex<HashMap<&'static str, Arc<Slot>>>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Held while the answer is being made.
    making: Arc<AsyncMutex<()>>,
    answer: Mutex<Option<Arc<KeptAnswer>>>,
    fault: Mutex<Option<Problem>>,
}

impl Kept {
    /// The answer of that name, as old as it may be. `make` makes it, and says when it began. `None` where it takes longer than a view waits.
    pub(super) async fn get<M>(&self, name: &str, make: M) -> Result<Option<Arc<KeptAnswer>>, Problem>
    where
        M: Future<Output = Result<(Instant, Value), Problem>> + Send + 'static,
    {
        let slot = self.slot(name);
        if let Some(answer) = slot.fresh() {
            return Ok(Some(answer));
        }
        let wait = if slot.answer().is_some() { WAIT_FOR_NEWER } else { WAIT_MAX };
        slot.make(make, wait).await;
        match (slot.answer().clone(), slot.fault().clone()) {
            (None, Some(problem)) => Err(problem),
            (answer, _) => Ok(answer),
        }
    }

    /// Has it made anew, unless that is under way, and waits a while.
    pub(super) async fn make_anew<M>(&self, name: &'static str, make: M)
    where
        M: Future<Output = Result<(Instant, Value), Problem>> + Send + 'static,
    {
        self.lasting(name).make(make, WAIT_MAX).await;
    }

    /// The answer as it was made last.
    pub(super) fn last(&self, name: &'static str) -> Last {
        let slot = self.lasting(name);
        let is_being_made = slot.making.try_lock().is_err();
        Last { answer: slot.answer().clone(), fault: slot.fault().clone(), is_being_made }
    }

    fn lasting(&self, name: &'static str) -> Arc<Slot> {
        let mut slots = self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(name).or_default())
    }

    fn slot(&self, name: &str) -> Arc<Slot> {
        let mut slots = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= ANSWERS_MAX && !slots.contains_key(name) {
            slots.retain(|_, slot| slot.fresh().is_some());
            if slots.len() >= ANSWERS_MAX {
                slots.clear();
            }
        }
        Arc::clone(slots.entry(name.to_owned()).or_default())
    }
}

impl Slot {
    /// Makes the answer, or waits until another request has made it. The work goes on when nobody waits any more.
    async fn make<M>(self: &Arc<Self>, make: M, wait: Duration)
    where
        M: Future<Output = Result<(Instant, Value), Problem>> + Send + 'static,
    {
        let Ok(making) = Arc::clone(&self.making).try_lock_owned() else {
            let _ = timeout(wait, self.making.lock()).await;
            return;
        };
        let of_task = Arc::clone(self);
        let task = tokio::spawn(async move {
            let _making = making;
            of_task.keep(Stopwatch::now(), make.await);
        });
        let _ = timeout(wait, task).await;
    }

    fn answer(&self) -> MutexGuard<'_, Option<Arc<KeptAnswer>>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self) -> MutexGuard<'_, Option<Problem>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> Option<Arc<KeptAnswer>> {
        self.answer().clone().filter(|answer| Stopwatch::now() < answer.fresh_until)
    }

    fn keep(&self, begin: Stopwatch, made: Result<(Instant, Value), Problem>) {
        match made {
            Ok((made_at, value)) => {
                let fresh_until = Stopwatch::now() + (begin.elapsed() * FRESH_TIMES).min(FRESH_MAX);
                *self.answer() = Some(Arc::new(KeptAnswer { value, made_at, fresh_until }));
                *self.fault() = None;
            }
            Err(problem) => *self.fault() = Some(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    /// An answer that is made when the sender says so.
    fn later(value: i64) -> (oneshot::Sender<()>, impl Future<Output = Result<(Instant, Value), Problem>> + Send) {
        let (sender, go) = oneshot::channel();
        let make = async move {
            let _ = go.await;
            Ok((Instant::EPOCH, value.into()))
        };
        (sender, make)
    }

    #[test]
    fn an_older_answer_is_shown_while_a_newer_one_is_made() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let kept = Kept::default();
            let (go, make) = later(1);
            go.send(()).unwrap();
            assert_eq!(kept.get("sum", make).await.unwrap().unwrap().value, 1);
            while kept.slot("sum").fresh().is_some() {
                tokio::task::yield_now().await;
            }
            let (go, make) = later(2);
            assert_eq!(kept.get("sum", make).await.unwrap().unwrap().value, 1, "nobody waits for the newer one");
            go.send(()).unwrap();
            while kept.slot("sum").answer().as_ref().is_none_or(|answer| answer.value == 1) {
                tokio::task::yield_now().await;
            }
        });
    }

    #[test]
    fn what_somebody_asked_for_once_outlives_what_is_only_looked_at() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let kept = Kept::default();
            kept.make_anew("verification", async { Ok((Instant::EPOCH, 7.into())) }).await;
            for number in 0..2 * ANSWERS_MAX {
                kept.slot(&number.to_string());
            }
            assert!(kept.asked.lock().unwrap().len() <= ANSWERS_MAX);
            assert_eq!(kept.last("verification").answer.unwrap().value, 7);
        });
    }
}

//! What commits: it takes requests from the queue, posts them together, and hands out the answers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::error::Error;
use crate::facts::Actor;
use crate::judging::Actors;
use crate::ledger::Ledger;
use crate::ledger::poster::job::{Answer, Job};
#[cfg(feature = "server")]
use crate::ledger::poster::queue::Next;
use crate::ledger::poster::queue::Queue;
use crate::ledger::poster::waiting::WriterNumber;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::write_options::Mode;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request};
use crate::store::StoreError;

/// What a writer that does not wait has come to.
#[cfg(feature = "server")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It has posted a batch, and more waits.
    Posted,
    /// Nothing waits; it will be woken.
    Idle,
    /// Nothing will come any more.
    Ended,
}

/// One of those that commit for a [`Poster`](super::Poster). When it is dropped, the queue knows that it has ended, also if it panicked.
pub(crate) struct Writer {
    ledger: Arc<Ledger>,
    queue: Arc<Queue>,
    number: WriterNumber,
    batch_max: usize,
    /// How many requests it has answered last.
    answered: usize,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.leave(self.number);
    }
}

impl Writer {
    pub(super) fn begin(ledger: Arc<Ledger>, queue: Arc<Queue>, number: WriterNumber, batch_max: usize) -> Self {
        queue.enter();
        Self { ledger, queue, number, batch_max, answered: 1 }
    }

    /// Posts until the queue is closed and empty, and waits whenever there is nothing to do.
    pub(super) fn post_all(mut self) {
        while let Some(batch) = self.queue.next(self.number, self.batch_max, self.answered) {
            self.post(batch);
        }
    }

    /// Posts a batch of what waits, if anything does.
    #[cfg(feature = "server")]
    pub(crate) fn post_once(&mut self) -> Step {
        match self.queue.try_next(self.number, self.batch_max, self.answered) {
            Next::Batch(batch) => {
                self.post(batch);
                if self.queue.rest(self.number) { Step::Idle } else { Step::Posted }
            }
            Next::Nothing => Step::Idle,
            Next::Ended => Step::Ended,
        }
    }

    /// Posts what waits, until nothing does.
    #[cfg(feature = "server")]
    pub(crate) fn post_waiting(&mut self) -> Step {
        loop {
            match self.post_once() {
                Step::Posted => {}
                step => return step,
            }
        }
    }

    /// Whether it has answered one request last, so that it will not wait for others to fill a batch.
    #[cfg(feature = "server")]
    pub(crate) const fn posts_one_by_one(&self) -> bool {
        self.answered <= 1
    }

    /// The number that it is woken by, from 0.
    #[cfg(feature = "server")]
    pub(crate) const fn number(&self) -> WriterNumber {
        self.number
    }

    fn post(&mut self, batch: Vec<Job>) {
        self.answered = batch.len();
        let mut requests = Vec::with_capacity(batch.len());
        let mut actors = Vec::with_capacity(batch.len());
        let mut replies = Vec::with_capacity(batch.len());
        for job in batch {
            requests.push(*job.request);
            actors.push(job.actor);
            replies.push(job.reply);
        }
        let posted = post(&self.ledger, &requests, &actors);
        self.queue.finish(self.number);
        for (answer, reply) in posted.into_iter().zip(replies) {
            reply.give(answer);
        }
    }
}

/// Why a batch was not posted.
enum Failed {
    /// The fault concerns every request.
    All(StoreError),
    /// One of the requests may have caused the fault, so each of them is tried by itself.
    One(StoreError),
}

fn post(ledger: &Ledger, requests: &[Request], actors: &[Actor]) -> Vec<Answer> {
    match try_post(ledger, requests, actors) {
        Ok(answers) => answers.into_iter().map(|answer| answer.map_err(Error::from)).collect(),
        Err(Failed::One(_)) if requests.len() > 1 => {
            let each = requests.chunks(1).zip(actors.chunks(1));
            each.flat_map(|(request, actor)| post(ledger, request, actor)).collect()
        }
        Err(Failed::One(fault) | Failed::All(fault)) => {
            requests.iter().map(|_| Err(Error::Store(fault.clone()))).collect()
        }
    }
}

fn try_post(
    ledger: &Ledger,
    requests: &[Request],
    actors: &[Actor],
) -> Result<Vec<Result<Receipt, Rejection>>, Failed> {
    let submit = || ledger.submit_for(Actors::Each(actors), requests, BatchPolicy::CarryOn, Mode::Commit);
    match catch_unwind(AssertUnwindSafe(submit)) {
        Ok(Ok(answers)) => Ok(answers),
        Ok(Err(Error::Store(fault))) if fault.may_be_of_one_request() => Err(Failed::One(fault)),
        Ok(Err(Error::Store(fault))) => Err(Failed::All(fault)),
        // A batch has no faults of other kinds.
        Ok(Err(other)) => Err(Failed::All(StoreError::OutcomeUnknown { reason: other.to_string() })),
        Err(panic) => {
            let reason = format!("the thread that posts panicked: {}", message_of(panic.as_ref()));
            Err(Failed::One(StoreError::OutcomeUnknown { reason }))
        }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(message), _) => message,
        (None, Some(message)) => message,
        (None, None) => "without a message",
    }
}

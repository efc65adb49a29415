//! Group commit: the requests of many threads, committed together.
//!
//! A commit waits for the disk, whether it is of one transfer or of a thousand. What arrives during one commit is therefore posted
//! together by the next. Nobody who is alone waits for company: such a request is posted at once. Where several were answered together,
//! most of them are about to hand in the next one, so that they are waited for, much shorter than a commit takes: without that the first
//! to come back would have a commit of its own, for which all others would have to wait.

mod job;
mod queue;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::mode::Mode;
use crate::ledger::poster::job::{Answer, Job, Touched};
use crate::ledger::poster::queue::{Queue, Writer};
use crate::ledger::posting::receipts::Receipt;
use crate::rejection::Rejection;
use crate::requests::{BatchPolicy, Request};
use crate::store::StoreError;

/// Bounds on what a [`Poster`] takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PosterOptions {
    /// The most requests that are committed together. They hold their accounts' locks together, too.
    pub batch_max: usize,
    /// How many requests may wait. Who hands in one more is held up until fewer do, or told that the poster is busy.
    pub queue_max: usize,
    /// How many threads commit, at least one, each with a connection. One keeps everything in the order in which it was handed in. Several
    /// keep that order where requests share an account or one does not name its accounts, as a capture, and write what is left side by
    /// side, which pays from about a hundred clients on. SQLite has one writer whatever this says.
    pub writers: u32,
}

impl Default for PosterOptions {
    fn default() -> Self {
        Self { batch_max: 1_000, queue_max: 4_096, writers: 1 }
    }
}

/// Posts for many threads, which share it by reference and commit together. Each is answered after the commit.
///
/// A refusal is the answer to the one request that is refused. Where the transaction itself fails, everyone in it gets the same
/// [`Error::Store`]; the same request under the same id can then be handed in again, and is posted once. Any number of posters, ledgers
/// and programs can work on one book.
///
/// What was handed in is answered, also when the poster is dropped: that waits until all of it is.
///
/// ```
/// use teller::money::Money;
/// use teller::facts::{AccountType, TransferId};
/// use teller::requests::{AccountRequest, Parties, TransferRequest};
/// use teller::ledger::{Poster, PosterOptions};
/// use teller::{Ledger, Mode};
///
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("book.db").display());
/// let ledger = Ledger::open_or_create(url.parse()?, Default::default())?;
/// let euro = ledger.get_currency("EUR".parse()?)?.currency;
/// for (name, account_type) in [("cash:eur", AccountType::Asset), ("customers:alice", AccountType::Liability)] {
///     ledger.open_account(&AccountRequest::new(name.parse()?, account_type, euro), Mode::Commit)?;
/// }
///
/// let poster = Poster::new(ledger, PosterOptions::default());
/// std::thread::scope(|threads| {
///     for receipt in 1..=8 {
///         let poster = &poster;
///         threads.spawn(move || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
///             let id = TransferId::from_key(&format!("receipt {receipt}"))?;
///             let parties = Parties::Deposit { account: "customers:alice".parse()?, cash: "cash:eur".parse()? };
///             poster.submit(TransferRequest::new(id, parties, Money::parse("10.00", euro)?))?;
///             Ok(())
///         });
///     }
/// });
/// let alice = poster.ledger().get_account(&"customers:alice".parse()?)?;
/// assert_eq!(alice.money(alice.posted()).to_string(), "80.00 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Poster {
    ledger: Arc<Ledger>,
    queue: Arc<Queue>,
    writers: Vec<JoinHandle<()>>,
}

/// A request that was handed in, and will be answered.
#[derive(Debug)]
#[must_use = "the answer tells whether it was posted"]
pub struct Pending(Receiver<Answer>);

impl Poster {
    /// Starts the threads that commit.
    ///
    /// # Panics
    /// When the system has no thread left.
    #[must_use]
    pub fn new(ledger: impl Into<Arc<Ledger>>, options: PosterOptions) -> Self {
        let ledger = ledger.into();
        let writers = if ledger.has_one_writer() { 1 } else { options.writers.max(1) };
        let queue = Arc::new(Queue::new(options.queue_max.max(1), writers));
        let start = |writer| {
            let (ledger, queue) = (Arc::clone(&ledger), Arc::clone(&queue));
            thread::spawn(move || write_all(&ledger, &queue, writer, options.batch_max.max(1)))
        };
        let writers = (0..writers as Writer).map(start).collect();
        Self { ledger, queue, writers }
    }

    /// The book that is posted to.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Posts a request together with those of others, and waits for its answer.
    ///
    /// # Errors
    /// As [`Ledger::submit_one`].
    pub fn submit(&self, request: impl Into<Request>) -> Result<Receipt, Error> {
        self.begin(request)?.wait()
    }

    /// Hands a request in, and is held up only where as many wait as may. So one thread can have many under way.
    ///
    /// # Errors
    /// [`StoreError::Busy`], when no thread is left to post it; it is not posted then.
    pub fn begin(&self, request: impl Into<Request>) -> Result<Pending, Error> {
        let (job, pending) = self.job(request.into());
        self.queue.push(job)?;
        Ok(pending)
    }

    /// Hands a request in if fewer wait than may.
    ///
    /// # Errors
    /// [`StoreError::Busy`], and then it is not posted.
    pub fn try_begin(&self, request: impl Into<Request>) -> Result<Pending, Error> {
        let (job, pending) = self.job(request.into());
        self.queue.try_push(job)?;
        Ok(pending)
    }

    fn job(&self, request: Request) -> (Job, Pending) {
        // Who writes alone takes everything in order, whatever it touches.
        let touched = if self.writers.len() > 1 { Touched::by(&request) } else { Touched::Anything };
        let (answer, pending) = sync_channel(1);
        (Job { request: Box::new(request), touched, answer }, Pending(pending))
    }
}

impl Drop for Poster {
    fn drop(&mut self) {
        self.queue.close();
        for writer in self.writers.drain(..) {
            // What could panic in it is caught in it, and answered.
            let _ = writer.join();
        }
    }
}

impl Pending {
    /// Waits for the answer.
    ///
    /// # Errors
    /// As [`Poster::submit`].
    pub fn wait(self) -> Result<Receipt, Error> {
        self.0.recv().unwrap_or_else(|_| Err(unknown("the thread that was to post it is gone")))
    }
}

fn unknown(reason: impl Into<String>) -> Error {
    StoreError::OutcomeUnknown { reason: reason.into() }.into()
}

/// Tells the queue when a writer is gone, however that came.
struct Presence<'a> {
    queue: &'a Queue,
    writer: Writer,
}

impl Drop for Presence<'_> {
    fn drop(&mut self) {
        self.queue.leave(self.writer);
    }
}

/// Posts what is handed in until nobody can hand anything in any more.
fn write_all(ledger: &Ledger, queue: &Queue, writer: Writer, batch_max: usize) {
    let _presence = Presence { queue, writer };
    let mut answered = 1;
    while let Some(batch) = queue.next(writer, batch_max, answered) {
        answered = batch.len();
        let (requests, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|job| (*job.request, job.answer)).unzip();
        let posted = post(ledger, &requests);
        queue.finish(writer);
        for (answer, to) in posted.into_iter().zip(answers) {
            // Who does not wait any more does not want to know.
            let _ = to.send(answer);
        }
    }
}

/// Why a batch was not posted.
enum Failed {
    /// It concerns whoever posts now.
    All(StoreError),
    /// One of the requests may be to blame, so each is tried alone.
    One(StoreError),
}

fn post(ledger: &Ledger, requests: &[Request]) -> Vec<Answer> {
    match try_post(ledger, requests) {
        Ok(answers) => answers.into_iter().map(|answer| answer.map_err(Error::from)).collect(),
        Err(Failed::One(_)) if requests.len() > 1 => {
            requests.iter().flat_map(|request| post(ledger, std::slice::from_ref(request))).collect()
        }
        Err(Failed::One(fault) | Failed::All(fault)) => {
            requests.iter().map(|_| Err(Error::Store(fault.clone()))).collect()
        }
    }
}

fn try_post(ledger: &Ledger, requests: &[Request]) -> Result<Vec<Result<Receipt, Rejection>>, Failed> {
    let submit = || ledger.submit(requests, BatchPolicy::CarryOn, Mode::Commit);
    match catch_unwind(AssertUnwindSafe(submit)) {
        Ok(Ok(answers)) => Ok(answers),
        Ok(Err(Error::Store(fault))) if fault.may_be_of_one_request() => Err(Failed::One(fault)),
        Ok(Err(Error::Store(fault))) => Err(Failed::All(fault)),
        // A batch has no other faults.
        Ok(Err(other)) => Err(Failed::All(StoreError::OutcomeUnknown { reason: other.to_string() })),
        Err(panic) => {
            let reason = format!("the thread that posts panicked: {}", words_of(panic.as_ref()));
            Err(Failed::One(StoreError::OutcomeUnknown { reason }))
        }
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => words,
        (None, Some(words)) => words,
        (None, None) => "without a word",
    }
}

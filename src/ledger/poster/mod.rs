//! Group commit: requests of many threads are committed together.
//!
//! A commit waits for the disk, and takes as long for one transfer as for a thousand. So the requests that arrive during one commit are
//! posted together by the next one. A single request is posted at once. After a batch of several, the writer waits a fraction of a
//! commit's time for the next requests of the callers that it has answered: see `queue.rs`.

mod job;
mod queue;
mod waiting;
mod writer;

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar};
use std::thread::{self, JoinHandle};

use crate::error::Error;
use crate::facts::Actor;
use crate::ledger::Ledger;
use crate::ledger::poster::job::{Answer, Job, Reply, Touched};
use crate::ledger::poster::queue::{Queue, Wake};
use crate::ledger::posting::receipts::Receipt;
use crate::requests::Request;
use crate::store::StoreError;

#[cfg(not(feature = "server"))]
use crate::ledger::poster::writer::Writer;
#[cfg(feature = "server")]
pub(crate) use crate::ledger::poster::writer::{Step, Writer};

/// Bounds of a [`Poster`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PosterOptions {
    /// The most requests that are committed together. Their accounts stay locked until that commit.
    pub batch_max: usize,
    /// The most requests that may wait. When the queue is full, [`Poster::begin`] blocks and [`Poster::try_begin`] returns `Busy`.
    pub queue_max: usize,
    /// How many threads commit, at least one, each with a connection of its own. One thread posts all requests in the order in which they
    /// were handed in. Several threads keep that order among requests that share an account, and around requests that do not name their
    /// accounts, such as a capture; they post all others at the same time. This pays from about a hundred clients on. On SQLite there is
    /// always one.
    pub writers: u32,
}

impl Default for PosterOptions {
    fn default() -> Self {
        Self { batch_max: 1_000, queue_max: 4_096, writers: 1 }
    }
}

/// Posts the requests of many threads, which share it by reference, and commits them together. Each request is answered after its commit.
///
/// A refusal is the answer to one request and does not affect the others. If the transaction itself fails, every request in it gets the same
/// [`Error::Store`]. Such a request can be handed in again with the same id; it is then posted at most once. Any number of posters, ledgers
/// and programs can work on one book.
///
/// Dropping the poster waits until every request is answered.
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
    /// With as many writers as there are.
    options: PosterOptions,
    threads: Vec<JoinHandle<()>>,
}

/// A request that was handed in and will be answered.
#[derive(Debug)]
#[must_use = "the answer tells whether it was posted"]
pub struct Pending(Receiver<Answer>);

impl Poster {
    /// Starts the threads that commit.
    ///
    /// # Panics
    /// If the system cannot start a thread.
    #[must_use]
    pub fn new(ledger: impl Into<Arc<Ledger>>, options: PosterOptions) -> Self {
        let mut poster = Self::waking(ledger.into(), options, Wake::Thread(Condvar::new()));
        poster.threads = poster.writers().into_iter().map(|writer| thread::spawn(move || writer.post_all())).collect();
        poster
    }

    /// A poster without threads, for [`Poster::writers`] that somebody else runs: when there is something to do, `wake` is called with the
    /// number of the writer that is to do it. It must not block.
    #[cfg(feature = "server")]
    pub(crate) fn with_runner(
        ledger: Arc<Ledger>,
        options: PosterOptions,
        wake: impl Fn(usize) + Send + Sync + 'static,
    ) -> Self {
        Self::waking(ledger, options, Wake::Runner(Box::new(wake)))
    }

    fn waking(ledger: Arc<Ledger>, options: PosterOptions, wake: Wake) -> Self {
        let count = if ledger.has_one_writer() { 1 } else { options.writers.max(1) };
        let queue = Arc::new(Queue::new(options.queue_max.max(1), wake));
        Self { ledger, queue, options: PosterOptions { writers: count, ..options }, threads: Vec::new() }
    }

    /// Those that post. To be called once. Dropping the poster waits until they are dropped.
    pub(crate) fn writers(&self) -> Vec<Writer> {
        let PosterOptions { writers, batch_max, .. } = self.options;
        let begin = |number| Writer::begin(Arc::clone(&self.ledger), Arc::clone(&self.queue), number, batch_max.max(1));
        (0..writers as usize).map(begin).collect()
    }

    /// The ledger that the requests are posted to.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Posts a request together with those of other threads, and waits for its answer.
    ///
    /// # Errors
    /// As [`Ledger::submit_one`].
    pub fn submit(&self, request: impl Into<Request>) -> Result<Receipt, Error> {
        self.begin(request)?.wait()
    }

    /// Hands a request in without waiting for its answer, so that one thread can have many requests under way. Blocks while the queue is full.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if no thread is left to post the request; it is not posted then.
    pub fn begin(&self, request: impl Into<Request>) -> Result<Pending, Error> {
        self.begin_by(self.ledger.actor(), request)
    }

    /// Does the same as [`Poster::begin`] for an actor of its own: who asked for it, as it is recorded.
    ///
    /// # Errors
    /// As [`Poster::begin`].
    pub fn begin_by(&self, actor: &Actor, request: impl Into<Request>) -> Result<Pending, Error> {
        let (reply, pending) = Reply::channel();
        self.queue.push(self.job(actor, request.into(), reply))?;
        Ok(Pending(pending))
    }

    /// Hands a request in if the queue is not full.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the queue is full or no thread is left; the request is not posted then.
    pub fn try_begin(&self, request: impl Into<Request>) -> Result<Pending, Error> {
        self.try_begin_by(self.ledger.actor(), request)
    }

    /// Does the same as [`Poster::try_begin`] for an actor of its own.
    ///
    /// # Errors
    /// As [`Poster::try_begin`].
    pub fn try_begin_by(&self, actor: &Actor, request: impl Into<Request>) -> Result<Pending, Error> {
        let (reply, pending) = Reply::channel();
        self.queue.try_push(self.job(actor, request.into(), reply))?;
        Ok(Pending(pending))
    }

    /// Does the same as [`Poster::try_begin_by`] for a caller that cannot wait, such as a task of an asynchronous program: the answer is
    /// handed to `reply` after the commit. The thread that posts runs it, so it must be short and must not block. It is dropped without an
    /// answer where the thread that was to post the request is gone; the outcome is then unknown.
    ///
    /// # Errors
    /// As [`Poster::try_begin`]; `reply` is dropped then.
    pub fn try_begin_with(
        &self,
        actor: &Actor,
        request: impl Into<Request>,
        reply: impl FnOnce(Result<Receipt, Error>) + Send + 'static,
    ) -> Result<(), Error> {
        Ok(self.queue.try_push(self.job(actor, request.into(), Reply::new(reply)))?)
    }

    fn job(&self, actor: &Actor, request: Request, reply: Reply) -> Job {
        // A single writer takes everything in order, so it need not know which accounts a request touches.
        let touched = if self.options.writers > 1 { Touched::by(&request) } else { Touched::Anything };
        Job { request: Box::new(request), actor: actor.clone(), touched, reply }
    }
}

impl Drop for Poster {
    fn drop(&mut self) {
        self.queue.close();
        self.queue.wait_for_writers();
        for thread in self.threads.drain(..) {
            // The thread catches panics itself and answers the requests.
            let _ = thread.join();
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

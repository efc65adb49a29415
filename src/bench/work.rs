//! The workloads of a measurement, and running each of them against the throwaway book.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::latency::Latencies;
use crate::bench::memory::peak_memory_bytes;
use crate::bench::requests::{Accounts, Source, check_all};
use crate::bench::{Bench, BenchBook, Measured};
use crate::error::Error;
use crate::ledger::{Mode, Poster, PosterOptions};
use crate::requests::{BatchPolicy, Request};
use crate::store::{DatabaseUrl, StoreOptions};

/// What a ledger is asked to do, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// One transfer a call, by one client that waits for each answer.
    Single,
    /// One transfer a call, by so many clients at once, through a [`Poster`].
    Clients {
        /// How many.
        clients: u32,
        /// How many threads commit.
        writers: u32,
    },
    /// Batches of that many transfers.
    Batches {
        /// How many transfers a batch has.
        size: u32,
    },
    /// Batches of which a part touches one account.
    Hot {
        /// How many transfers a batch has.
        size: u32,
        /// How many of a hundred touch the account.
        percent: u32,
    },
    /// Batches of holds and their captures.
    Holds {
        /// How many transfers a batch has, half of them holds.
        size: u32,
    },
    /// A million transfers in large batches, whatever time that takes. Run one behind the other, they show what a book costs as it grows.
    Million {
        /// Its number among the millions of one run, for the description.
        number: u32,
    },
}

/// How many transfers a batch of a million has.
const GROWTH_BATCH: u32 = 8_000;
const MILLION: u64 = 1_000_000;

impl Workload {
    fn describe(self) -> String {
        match self {
            Self::Single => "one client".to_owned(),
            Self::Clients { clients, .. } => format!("{clients} clients"),
            Self::Batches { size } => format!("batches of {size}"),
            Self::Hot { size, percent } => format!("batches of {size}, {percent}% on one account"),
            Self::Holds { size } => format!("batches of {size}, holds and captures"),
            Self::Million { number } => format!("million {number}, batches of {GROWTH_BATCH}"),
        }
    }
}

/// When it is enough.
#[derive(Clone, Copy)]
enum Until {
    Time(Duration),
    Transfers(u64),
}

impl Until {
    fn is_reached(self, timed: &Timed) -> bool {
        match self {
            Self::Time(time) => timed.time >= time,
            Self::Transfers(transfers) => timed.transfers >= transfers,
        }
    }
}

/// What was done in the time.
#[derive(Default)]
pub(super) struct Timed {
    pub(super) transfers: u64,
    pub(super) time: Duration,
    calls: Vec<Duration>,
}

impl Timed {
    pub(super) fn add(&mut self, transfers: u32, call: Duration) {
        self.transfers += u64::from(transfers);
        self.time += call;
        self.calls.push(call);
    }

    pub(super) fn measured(self, work: String) -> Measured {
        Measured {
            work,
            transfers: self.transfers,
            time: self.time,
            latencies: Latencies::of(self.calls),
            bytes_per_transfer: None,
            peak_memory_bytes: peak_memory_bytes(),
        }
    }
}

impl Bench {
    /// Makes the book beside the configured one, and opens its accounts.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::File`]; then nothing is left behind.
    pub fn prepare(url: DatabaseUrl, options: StoreOptions, accounts: u32) -> Result<Self, Error> {
        let book = BenchBook::make(url, options)?;
        let ledger = Arc::new(book.open(options)?);
        let accounts = Arc::new(Accounts::open(&ledger, "customers", accounts)?);
        Ok(Self { ledger, book, options, accounts })
    }

    /// Does the work for that time, but for a million, which takes its own.
    ///
    /// # Errors
    /// [`Error::Store`].
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method itself is for sources of one lifetime only"
    )]
    pub fn run(&self, workload: Workload, time: Duration) -> Result<Measured, Error> {
        let bytes_before = self.ledger.pool().transfer_bytes()?;
        let timed = match workload {
            Workload::Single => self.time_singles(time),
            Workload::Clients { clients, writers } => self.time_clients(clients, writers, time),
            Workload::Batches { size } => {
                self.time_batches(size, Until::Time(time), |source, now| [source.transfer(now).into()])
            }
            Workload::Hot { size, percent } => {
                self.time_batches(size, Until::Time(time), |source, now| [source.hot_transfer(now, percent).into()])
            }
            Workload::Holds { size } => {
                self.time_batches(size, Until::Time(time), |source, now| source.hold_and_capture(now))
            }
            Workload::Million { .. } => {
                let million = Until::Transfers(MILLION);
                self.time_batches(GROWTH_BATCH, million, |source, now| [source.transfer(now).into()])
            }
        }?;
        let grown = self.ledger.pool().transfer_bytes()?.saturating_sub(bytes_before);
        let bytes_per_transfer = grown.checked_div(timed.transfers);
        Ok(Measured { bytes_per_transfer, ..timed.measured(workload.describe()) })
    }

    fn time_singles(&self, time: Duration) -> Result<Timed, Error> {
        let mut source = Source::new(&self.accounts, 1);
        self.time_calls(Until::Time(time), || [source.transfer(self.ledger.clock().now()).into()])
    }

    fn time_batches<const MADE: usize>(
        &self,
        size: u32,
        until: Until,
        mut make: impl FnMut(&mut Source<'_>, crate::facts::Instant) -> [Request; MADE],
    ) -> Result<Timed, Error> {
        let mut source = Source::new(&self.accounts, 2);
        let count = (size as usize).div_ceil(MADE);
        self.time_calls(until, || {
            let now = self.ledger.clock().now();
            (0..count).flat_map(|_| make(&mut source, now)).collect::<Vec<_>>()
        })
    }

    /// Only the calls are timed: making requests is the application's work.
    fn time_calls<R: AsRef<[Request]>>(&self, until: Until, mut make: impl FnMut() -> R) -> Result<Timed, Error> {
        let mut timed = Timed::default();
        while !until.is_reached(&timed) {
            let requests = make();
            let begin = Instant::now();
            let answers = self.ledger.submit(requests.as_ref(), BatchPolicy::CarryOn, Mode::Commit)?;
            timed.add(u32::try_from(requests.as_ref().len()).unwrap_or(u32::MAX), begin.elapsed());
            check_all(answers)?;
        }
        Ok(timed)
    }

    fn time_clients(&self, clients: u32, writers: u32, time: Duration) -> Result<Timed, Error> {
        let options = PosterOptions { writers, ..PosterOptions::default() };
        let poster = Poster::new(Arc::clone(&self.ledger), options);
        let begin = Instant::now();
        let outcomes: Vec<_> = thread::scope(|scope| {
            let start = |client| {
                let poster = &poster;
                scope.spawn(move || self.time_client(poster, client, begin + time))
            };
            let clients: Vec<_> = (0..clients).map(start).collect();
            clients.into_iter().map(thread::ScopedJoinHandle::join).collect()
        });
        let time = begin.elapsed();
        let mut calls = Vec::new();
        for outcome in outcomes {
            match outcome {
                Ok(times) => calls.extend(times?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(Timed { transfers: calls.len() as u64, time, calls })
    }

    fn time_client(&self, poster: &Poster, client: u32, end: Instant) -> Result<Vec<Duration>, Error> {
        let mut source = Source::new(&self.accounts, 100 + u64::from(client));
        let mut calls = Vec::new();
        let mut begin = Instant::now();
        while begin < end {
            poster.submit(source.transfer(self.ledger.clock().now()))?;
            let now = Instant::now();
            calls.push(now - begin);
            begin = now;
        }
        Ok(calls)
    }
}

//! The thread that judges monitors, where no other server does.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant as Stopwatch};

use tracing::warn;

use crate::error::Error;
use crate::ledger::Ledger;
use crate::server::monitors::adding::Monitors;
use crate::server::monitors::judge::{Judge, Looked};
use crate::store::{DatabaseUrl, StoreOptions};

/// How long the pause is between two looks at the book: twice as long each time that nothing happened.
const PAUSE_FIRST: Duration = Duration::from_millis(25);
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// How often it is seen which monitors there are.
const ROWS_INTERVAL: Duration = Duration::from_millis(500);
const FAULT_PAUSE: Duration = Duration::from_secs(1);

pub(in crate::server) struct Judging(JoinHandle<()>);

impl Judging {
    /// Begins to judge once there is a monitor, until the server ends.
    pub(in crate::server) fn start(
        book: (&DatabaseUrl, StoreOptions),
        monitors: Arc<Monitors>,
        lease: Duration,
        is_ending: Arc<AtomicBool>,
    ) -> Result<Self, Error> {
        let (url, store) = (book.0.clone(), StoreOptions { connections_max: 1, ..book.1 });
        let run = move || Work { url, store, monitors, lease, is_ending }.run();
        let spawned = thread::Builder::new().name("monitors".to_owned()).spawn(run);
        Ok(Self(spawned.map_err(|source| Error::File { doing: "start threads".to_owned(), source })?))
    }

    /// Waits until what is under way has ended.
    pub(in crate::server) fn join(self) {
        if self.0.join().is_err() {
            warn!("judging monitors ended with a panic");
        }
    }
}

struct Work {
    url: DatabaseUrl,
    store: StoreOptions,
    monitors: Arc<Monitors>,
    lease: Duration,
    is_ending: Arc<AtomicBool>,
}

impl Work {
    fn run(self) {
        while !self.is_ending() {
            let outcome = self.judge_when_needed();
            if let Err(fault) = outcome {
                warn!(%fault, "monitors cannot be judged; it is tried again");
                self.pause(FAULT_PAUSE);
            }
        }
    }

    fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }

    fn pause(&self, time: Duration) {
        let begin = Stopwatch::now();
        while begin.elapsed() < time && !self.is_ending() {
            thread::sleep(PAUSE_FIRST.min(time));
        }
    }

    /// Waits for a monitor, and opens the book then.
    fn judge_when_needed(&self) -> Result<(), Error> {
        while self.monitors.list()?.is_empty() {
            if self.is_ending() {
                return Ok(());
            }
            self.pause(ROWS_INTERVAL);
        }
        let ledger = Ledger::open(self.url.clone(), self.store)?;
        let holder = format!("process {}", process::id());
        while !self.is_ending() {
            match Judge::begin(&self.monitors, &ledger, &holder, self.lease)? {
                Some(judge) => self.judge(judge)?,
                None => self.pause(ROWS_INTERVAL),
            }
        }
        Ok(())
    }

    /// Judges as long as this server has the right to.
    fn judge(&self, mut judge: Judge<'_>) -> Result<(), Error> {
        match self.look_on(&mut judge) {
            Ok(Looked::Lost) => Ok(()),
            Ok(_) => judge.end(),
            Err(fault) => judge.give_up().and(Err(fault)),
        }
    }

    fn look_on(&self, judge: &mut Judge<'_>) -> Result<Looked, Error> {
        let (mut pause, mut refreshed) = (PAUSE_FIRST, Stopwatch::now());
        while !self.is_ending() {
            if refreshed.elapsed() >= ROWS_INTERVAL {
                judge.refresh()?;
                refreshed = Stopwatch::now();
            }
            match judge.look()? {
                Looked::More => continue,
                Looked::Done => pause = PAUSE_FIRST,
                Looked::Nothing => pause = (2 * pause).min(PAUSE_MAX),
                Looked::Lost => return Ok(Looked::Lost),
            }
            self.pause(pause);
        }
        Ok(Looked::Nothing)
    }
}

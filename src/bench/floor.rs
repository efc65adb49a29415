//! Measuring batches in turn with the mere writing of their rows, which is the least time that a batch can take.

use std::time::{Duration, Instant};

use crate::bench::requests::{Source, check_all};
use crate::bench::work::Timed;
use crate::bench::{Bench, Measured};
use crate::error::Error;
use crate::ledger::Mode;
use crate::requests::{BatchPolicy, Request};

/// How many times longer than asked it goes on where no batch was written alone yet, as on a busy machine.
const LONGER_MAX: u32 = 10;

impl Bench {
    /// Posts batches by turns as always, and with only the writing of their rows timed: the same statements, guards and commits, with nothing
    /// judged, hashed, looked up or answered. That is what the database takes, and the floor under what a batch can take.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn run_floor(&self, size: u32, time: Duration) -> Result<[Measured; 2], Error> {
        let mut source = Source::new(&self.accounts, 3);
        let (mut whole, mut written) = (Timed::default(), Timed::default());
        while whole.time < time || (written.transfers == 0 && whole.time < time * LONGER_MAX) {
            let requests = self.batch(&mut source, size);
            let begin = Instant::now();
            let answers = self.ledger.submit(&requests, BatchPolicy::CarryOn, Mode::Commit)?;
            whole.add(size, begin.elapsed());
            check_all(answers)?;
            if let Some(time) = self.ledger.time_writing(&self.batch(&mut source, size))? {
                written.add(size, time);
            }
        }
        Ok([whole.measured(format!("batches of {size}")), written.measured(format!("batches of {size}, only written"))])
    }

    fn batch(&self, source: &mut Source<'_>, size: u32) -> Vec<Request> {
        let now = self.ledger.clock().now();
        (0..size).map(|_| source.transfer(now).into()).collect()
    }
}

//! Writing behind: this thread, which has the connection, reads the book, and another one writes what it says to where it goes.

use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use crate::error::Error;

/// How many records, and how many bytes of texts, are handed from thread to thread at once.
const RECORDS_AT_ONCE: usize = 200;
const BYTES_AT_ONCE: usize = 1 << 20;
/// How many times so many may wait to be written.
const WAITING_MAX: usize = 2;

/// What an outbox takes.
pub(super) trait Weighed {
    /// How many bytes those texts have that make some records many times as large as others.
    fn text_bytes(&self) -> usize;
}

/// Takes records for a sink that another thread writes to.
pub(super) struct Outbox<R> {
    records: Vec<R>,
    text_bytes: usize,
    waiting: SyncSender<Vec<R>>,
}

impl<R: Weighed + Send> Outbox<R> {
    /// Lends an outbox to what reads a book. All that it took is written when this is done, in the order in which it came.
    pub(super) fn lend<T>(
        mut write: impl FnMut(&R) -> io::Result<()> + Send,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        thread::scope(|scope| {
            let (waiting, taken) = sync_channel::<Vec<R>>(WAITING_MAX);
            let write = move || taken.into_iter().flatten().try_for_each(|record| write(&record));
            let writer = scope.spawn(write);
            let mut outbox = Self { records: Vec::new(), text_bytes: 0, waiting };
            let outcome = read(&mut outbox).and_then(|outcome| outbox.flush().map(|()| outcome));
            // The writer ends when it has come to the end of the records.
            drop(outbox);
            let written = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
            // Where the sink failed, that the reading did too is a consequence.
            written.map_err(write_failed)?;
            outcome
        })
    }

    /// Takes the next record.
    pub(super) fn write(&mut self, record: R) -> Result<(), Error> {
        self.text_bytes += record.text_bytes();
        self.records.push(record);
        let is_full = self.records.len() >= RECORDS_AT_ONCE || self.text_bytes >= BYTES_AT_ONCE;
        if is_full { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.text_bytes = 0;
        let records = std::mem::replace(&mut self.records, Vec::with_capacity(RECORDS_AT_ONCE));
        // What the writer died of is told where that is waited for.
        self.waiting.send(records).map_err(|_| write_failed(io::Error::other("nobody writes it any more")))
    }
}

fn write_failed(source: io::Error) -> Error {
    Error::File { doing: "write the export".into(), source }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Takes records up to a number of them, and does something else with the next one.
    struct Sink {
        taken: Vec<u64>,
        room: usize,
        then: fn() -> io::Result<()>,
    }

    impl Weighed for u64 {
        fn text_bytes(&self) -> usize {
            0
        }
    }

    impl Sink {
        fn lend<T>(&mut self, read: impl FnOnce(&mut Outbox<u64>) -> Result<T, Error>) -> Result<T, Error> {
            let write = |number: &u64| {
                if self.taken.len() == self.room {
                    return (self.then)();
                }
                self.taken.push(*number);
                Ok(())
            };
            Outbox::lend(write, read)
        }
    }

    fn write_numbers(
        outbox: &mut Outbox<u64>,
        numbers: impl IntoIterator<Item = u64>,
    ) -> Result<ControlFlow<()>, Error> {
        numbers.into_iter().try_for_each(|number| outbox.write(number))?;
        Ok(ControlFlow::Continue(()))
    }

    #[test]
    fn everything_is_written_in_order_when_it_is_done() {
        let mut sink = Sink { taken: Vec::new(), room: usize::MAX, then: || Ok(()) };
        assert!(sink.lend(|outbox| write_numbers(outbox, 0..1_234)).unwrap().is_continue());
        assert_eq!(sink.taken, (0..1_234).collect::<Vec<_>>());
    }

    #[test]
    fn what_the_sink_says_ends_the_reading_and_is_told() {
        for room in [0, 3, 250] {
            let mut sink = Sink { taken: Vec::new(), room, then: || Err(io::Error::other("the disk is full")) };
            // Nothing but the sink ends this.
            let outcome = sink.lend(|outbox| write_numbers(outbox, 0..));
            let Err(Error::File { doing, source }) = outcome else { panic!("{outcome:?}") };
            assert_eq!((doing.as_str(), source.to_string().as_str()), ("write the export", "the disk is full"));
        }
        // It is told, too, where only what is written at last fails.
        let mut sink = Sink { taken: Vec::new(), room: 2, then: || Err(io::Error::other("the disk is full")) };
        assert!(sink.lend(|outbox| write_numbers(outbox, 0..3)).is_err());
    }

    #[test]
    fn a_panic_of_either_side_is_everybodys() {
        let mut sink = Sink { taken: Vec::new(), room: 2, then: || panic!("a bug") };
        let outcome = catch_unwind(AssertUnwindSafe(|| sink.lend(|outbox| write_numbers(outbox, 0..))));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"a bug"));
        let mut sink = Sink { taken: Vec::new(), room: usize::MAX, then: || Ok(()) };
        let read = |_: &mut Outbox<u64>| -> Result<(), Error> { panic!("a bug") };
        let outcome = catch_unwind(AssertUnwindSafe(|| sink.lend(read)));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"a bug"));
    }
}

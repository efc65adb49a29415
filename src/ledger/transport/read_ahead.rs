//! Reading ahead: other threads read and prepare the next items, while this thread works on the current ones.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use crate::error::Error;

/// How many batches may wait. One more is being read meanwhile, so that two batches are ahead of the current one.
const BATCHES_WAITING_MAX: usize = 1;

/// The items that are handed over at once. An error is always the last item of the last batch.
pub(in crate::ledger) type Batch<T> = Vec<Result<T, Error>>;

/// The size at which a batch is full.
pub(in crate::ledger) struct BatchSize<T> {
    pub(in crate::ledger) items_max: usize,
    pub(in crate::ledger) bytes_max: usize,
    /// About how many bytes an item takes, so that a file of long lines takes no more memory than one of short lines.
    pub(in crate::ledger) bytes_of: fn(&T) -> usize,
}

/// Works on batches of items, in order, and reads a few batches ahead. Reading ends with the last item, with the first error, or when the
/// work ends. A panic of either thread is passed on to the caller.
pub(in crate::ledger) fn read_ahead<T: Send, R>(
    items: impl Iterator<Item = Result<T, Error>> + Send,
    size: &BatchSize<T>,
    work: impl FnOnce(&mut dyn Iterator<Item = Batch<T>>) -> R,
) -> R {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let (reader, waiting) = begin_to_read(scope, items, size, (BATCHES_WAITING_MAX, &is_over));
        // Dropped even if the work panics. Otherwise the scope would wait until the reader has read everything.
        let over = Over(&is_over);
        let outcome = work(&mut waiting.into_iter());
        drop(over);
        reader.join().unwrap_or_else(|panic| resume_unwind(panic));
        outcome
    })
}

/// Something that is made ahead.
pub(in crate::ledger) struct Made<T> {
    pub(in crate::ledger) item: T,
    /// Whether the next one can be made before the work is done with this one.
    pub(in crate::ledger) is_settled: bool,
}

/// As [`read_ahead`], where a third thread makes the next item of the batches while the work has one. `make` tells by `None` that it was the
/// last.
pub(in crate::ledger) fn make_ahead<T: Send, J: Send, R>(
    items: impl Iterator<Item = Result<T, Error>> + Send,
    size: &BatchSize<T>,
    mut make: impl FnMut(&mut dyn Iterator<Item = Batch<T>>) -> Option<Made<J>> + Send,
    work: impl FnOnce(&mut dyn Iterator<Item = J>) -> R,
) -> R {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        // One batch is read, one is made into an item, and one is worked on: with a batch that waits there would be four in memory.
        let (reader, read) = begin_to_read(scope, items, size, (0, &is_over));
        let (items_made, waiting) = sync_channel(0);
        let maker = scope.spawn(move || {
            let mut batches = read.into_iter();
            while let Some(Made { item, is_settled }) = make(&mut batches) {
                // An item is handed over when the work asks for it. So the nothing behind an item is, when the work is done with that item.
                if items_made.send(Some(item)).is_err() || (!is_settled && items_made.send(None).is_err()) {
                    return;
                }
            }
        });
        let over = Over(&is_over);
        let outcome = work(&mut waiting.into_iter().flatten());
        drop(over);
        for thread in [reader, maker] {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        outcome
    })
}

/// Starts the thread that reads until the flag is set. So many batches may wait for who receives them.
fn begin_to_read<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    items: impl Iterator<Item = Result<T, Error>> + Send + 'scope,
    size: &'scope BatchSize<T>,
    (waiting_max, is_over): (usize, &'scope AtomicBool),
) -> (ScopedJoinHandle<'scope, ()>, Receiver<Batch<T>>) {
    let (batches, waiting) = sync_channel(waiting_max);
    // A reader that waits for a slow pipe learns only at its next item that the work is over.
    let items = items.take_while(|_| !is_over.load(Ordering::Relaxed));
    (scope.spawn(move || send_batches(items, size, &batches)), waiting)
}

fn send_batches<T>(items: impl Iterator<Item = Result<T, Error>>, size: &BatchSize<T>, batches: &SyncSender<Batch<T>>) {
    let mut batch = Vec::new();
    let mut bytes = 0;
    for item in items {
        let is_last = item.is_err();
        bytes += item.as_ref().map_or(0, size.bytes_of);
        batch.push(item);
        if is_last || batch.len() >= size.items_max || bytes >= size.bytes_max {
            bytes = 0;
            if batches.send(std::mem::take(&mut batch)).is_err() || is_last {
                return;
            }
        }
    }
    if !batch.is_empty() {
        // If the work is over, nobody receives it.
        let _ = batches.send(batch);
    }
}

/// Sets the flag when it is dropped.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;

    const SIZE: BatchSize<usize> = BatchSize { items_max: 10, bytes_max: usize::MAX, bytes_of: |_| 1 };

    fn file_error() -> Error {
        Error::File { doing: "read the file".into(), source: std::io::Error::other("the disk is gone") }
    }

    #[test]
    fn batches_come_in_order_and_all_but_the_last_are_full() {
        let batches: Vec<Vec<_>> = read_ahead((0..25).map(Ok), &SIZE, |batches| {
            batches.map(|batch| batch.into_iter().map(Result::unwrap).collect()).collect()
        });
        assert_eq!(batches, [(0..10).collect::<Vec<_>>(), (10..20).collect(), (20..25).collect()]);
    }

    #[test]
    fn a_batch_is_full_when_its_items_are_many_bytes() {
        let size = BatchSize { bytes_max: 100, bytes_of: |bytes| *bytes, ..SIZE };
        let items = [40, 60, 100, 1, 99, 5].map(Ok);
        let lengths: Vec<_> =
            read_ahead(items.into_iter(), &size, |batches| batches.map(|batch| batch.len()).collect());
        assert_eq!(lengths, [2, 1, 2, 1]);
    }

    #[test]
    fn an_error_comes_behind_what_was_read_before_it_and_nothing_comes_behind_it() {
        let read = AtomicUsize::new(0);
        let items = (0..100).map(|number| {
            read.fetch_add(1, Ordering::Relaxed);
            if number == 12 { Err(file_error()) } else { Ok(number) }
        });
        let outcomes: Vec<_> = read_ahead(items, &SIZE, |batches| batches.flatten().map(|item| item.is_ok()).collect());
        assert_eq!(outcomes, [vec![true; 12], vec![false]].concat());
        assert_eq!(read.into_inner(), 13);
    }

    #[test]
    fn no_more_than_two_batches_are_ahead_and_nothing_is_read_when_the_work_is_over() {
        let read = AtomicUsize::new(0);
        let items = (0..1_000_000).map(|number| {
            read.fetch_add(1, Ordering::SeqCst);
            Ok(number)
        });
        read_ahead(items, &SIZE, |batches| {
            for taken in 1..20 {
                assert_eq!(batches.next().unwrap().len(), 10);
                assert!(read.load(Ordering::SeqCst) <= (taken + 2) * 10, "one at hand, two ahead");
            }
        });
        // The item that finds the work to be over is read, and dropped.
        assert!(read.into_inner() <= 21 * 10 + 1);
    }

    #[test]
    fn a_batch_that_is_not_full_is_left_when_the_work_is_over() {
        let size = BatchSize { items_max: usize::MAX, ..SIZE };
        // Nothing but the end of the work ends this.
        read_ahead((0..).map(Ok), &size, |_| ());
    }

    #[test]
    fn a_panic_of_the_reader_is_not_the_end_of_the_file() {
        let items = (0..30).map(|number| if number == 25 { panic!("a bug") } else { Ok(number) });
        let outcome = catch_unwind(AssertUnwindSafe(|| read_ahead(items, &SIZE, |batches| batches.count())));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"a bug"));
    }

    #[test]
    fn a_panic_of_the_work_stops_the_reader() {
        let read = AtomicUsize::new(0);
        let items = (0..).map(|number| {
            read.fetch_add(1, Ordering::Relaxed);
            Ok(number)
        });
        let work = |batches: &mut dyn Iterator<Item = Batch<usize>>| {
            batches.next();
            panic!("a bug");
        };
        let outcome: Result<(), _> = catch_unwind(AssertUnwindSafe(|| read_ahead(items, &SIZE, work)));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"a bug"));
    }

    /// Makes an item of each batch, the sum of its numbers, and says how many were made when the work asks for the next one.
    fn made_before_each(is_settled: bool) -> Vec<usize> {
        let count = AtomicUsize::new(0);
        let make = |batches: &mut dyn Iterator<Item = Batch<usize>>| {
            let item: usize = batches.next()?.into_iter().map(Result::unwrap).sum();
            count.fetch_add(1, Ordering::SeqCst);
            Some(Made { item, is_settled })
        };
        make_ahead((0..50).map(Ok), &SIZE, make, |items| {
            let mut counts = Vec::new();
            let mut expected = (0..5).map(|batch| batch * 100 + 45);
            for item in items {
                assert_eq!(Some(item), expected.next());
                // Enough for what can be made to be made.
                thread::sleep(Duration::from_millis(20));
                counts.push(count.load(Ordering::SeqCst));
            }
            counts
        })
    }

    #[test]
    fn one_item_is_made_while_another_one_is_worked_on() {
        assert_eq!(made_before_each(true), [2, 3, 4, 5, 5]);
    }

    #[test]
    fn nothing_is_made_behind_an_item_that_is_not_settled() {
        assert_eq!(made_before_each(false), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn the_end_of_the_work_ends_the_reader_and_the_maker_that_waits_for_it() {
        let size = BatchSize { items_max: usize::MAX, ..SIZE };
        let make =
            |batches: &mut dyn Iterator<Item = Batch<usize>>| Some(Made { item: batches.next()?, is_settled: true });
        make_ahead((0..).map(Ok), &size, make, |_| ());
    }

    #[test]
    fn a_panic_of_the_maker_reaches_the_caller() {
        let make = |_: &mut dyn Iterator<Item = Batch<usize>>| -> Option<Made<()>> { panic!("a bug") };
        let outcome = catch_unwind(AssertUnwindSafe(|| make_ahead((0..).map(Ok), &SIZE, make, |items| items.count())));
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&"a bug"));
    }
}

//! The poster's writers, as tasks of the server.
//!
//! The thread that has read a request goes on with the task that posts it. If the writer were a thread of its own, each request of a client
//! that is alone would have to wake it first.
//!
//! A thread that posts does not listen, so another has to take over. Waking one costs a client that is alone more than the rest of HTTP. A
//! writer that posts one request after the other therefore takes the [`Seat`] and lets nobody take over, and a thread that watches the seat
//! wakes one where it takes long, so that deadlines are kept while a database stalls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, Runtime};
use tokio::sync::Notify;
use tokio::task::{block_in_place, yield_now};

use crate::ledger::{Ledger, Poster, PosterOptions, Step, Writer};

/// How often is looked whether a writer holds the seat still. Nobody else may listen for twice as long.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Wakes the writers.
pub(super) struct Writers(Arc<[Notify]>);

impl Writers {
    /// A poster for them.
    pub(super) fn of(ledger: Arc<Ledger>, options: PosterOptions) -> (Poster, Self) {
        let wakes: Arc<[_]> = (0..options.writers.max(1)).map(|_| Notify::new()).collect();
        let wake = Arc::clone(&wakes);
        let poster = Poster::with_runner(ledger, options, move |writer| wake[writer].notify_one());
        (poster, Self(wakes))
    }

    /// Runs the poster's writers until it is dropped, or the runtime ends. Nothing can be handed in before.
    pub(super) fn run(&self, poster: &Poster, runtime: &Runtime) {
        let seat = Arc::new(Seat::default());
        let (watched, handle) = (Arc::downgrade(&seat), runtime.handle().clone());
        let watch = thread::Builder::new().name("seat".to_owned()).spawn(move || watch(&watched, &handle));
        // Nobody may take the seat where nobody watches it.
        let seat = watch.ok().map(|_| seat);
        for writer in poster.writers() {
            runtime.spawn(run(writer, Arc::clone(&self.0), seat.clone()));
        }
    }
}

/// Who is woken before it waits does not wait.
async fn run(mut writer: Writer, wakes: Arc<[Notify]>, seat: Option<Arc<Seat>>) {
    loop {
        match post(&mut writer, seat.as_deref()) {
            // Its answer goes out first.
            Step::Posted => yield_now().await,
            Step::Idle => wakes[writer.number()].notified().await,
            Step::Ended => return,
        }
    }
}

fn post(writer: &mut Writer, seat: Option<&Seat>) -> Step {
    if writer.posts_one_by_one()
        && let Some(_turn) = seat.and_then(Seat::take)
    {
        return writer.post_once();
    }
    block_in_place(|| writer.post_waiting())
}

/// Where one writer may post without giving the thread's other work to another thread. The number is odd as long as it is taken.
#[derive(Debug, Default)]
struct Seat(AtomicU64);

/// The seat, taken until this is dropped.
struct Turn<'a>(&'a Seat);

impl Seat {
    fn take(&self) -> Option<Turn<'_>> {
        let free = self.0.load(Ordering::Relaxed) & !1;
        let taken = self.0.compare_exchange(free, free + 1, Ordering::Relaxed, Ordering::Relaxed);
        taken.is_ok().then(|| Turn(self))
    }

    /// The turn that is being taken.
    fn turn(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|turn| turn % 2 == 1)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Wakes a thread that listens as long as a turn lasts, until the writers have ended.
fn watch(seat: &Weak<Seat>, runtime: &Handle) {
    let mut last = None;
    while let Some(turn) = seat.upgrade().map(|seat| seat.turn()) {
        if turn.is_some() && turn == last {
            drop(runtime.spawn(async {}));
        }
        last = turn;
        thread::sleep(LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::runtime::Builder;
    use tokio::time::sleep;

    use super::*;

    /// Long enough that no thread is busy any more, and so short that the test is.
    const WHILE: Duration = Duration::from_millis(20);

    #[test]
    fn one_at_a_time_has_the_seat_and_each_turn_is_another() {
        let seat = Seat::default();
        assert_eq!(seat.turn(), None);
        let first = seat.take().unwrap();
        assert!(seat.take().is_none());
        let turn = seat.turn();
        drop(first);
        assert_eq!(seat.turn(), None);
        let second = seat.take();
        assert!(turn.is_some() && seat.turn().is_some() && seat.turn() != turn);
        drop(second);
    }

    #[test]
    fn others_are_served_while_a_turn_lasts() {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
        let seat = Arc::new(Seat::default());
        let (watched, handle) = (Arc::downgrade(&seat), runtime.handle().clone());
        let watching = thread::spawn(move || watch(&watched, &handle));
        // The thread that would see the second moment come is the one that waits for it.
        let (sender, receiver) = mpsc::channel();
        let taken = runtime.spawn(async move {
            sleep(WHILE).await;
            let _turn = seat.take().unwrap();
            receiver.recv_timeout(Duration::from_mins(1))
        });
        runtime.spawn(async move {
            sleep(WHILE * 2).await;
            sender.send("served").unwrap();
        });
        assert_eq!(runtime.block_on(taken).unwrap(), Ok("served"));
        watching.join().unwrap();
    }
}

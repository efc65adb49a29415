//! The same work many times at once.

use std::sync::Barrier;
use std::thread;

/// Runs the work of so many workers at the same moment, each in a thread of its own.
pub fn in_parallel<T: Send>(workers: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(workers);
    let run = |worker| {
        start.wait();
        work(worker)
    };
    let run = &run;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || run(worker))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

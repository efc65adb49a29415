//! The poster's writers, as tasks of the server.
//!
//! The thread that has read a request goes on with the task that posts it. If the writer were a thread of its own, each request of a client
//! that is alone would have to wake it first.

use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::block_in_place;

use crate::ledger::{Ledger, Poster, PosterOptions, Writer};

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
        for writer in poster.writers() {
            runtime.spawn(run(writer, Arc::clone(&self.0)));
        }
    }
}

/// Who is woken before it waits does not wait.
async fn run(mut writer: Writer, wakes: Arc<[Notify]>) {
    while block_in_place(|| writer.post_waiting()) {
        wakes[writer.number()].notified().await;
    }
}

//! Ctrl-C and SIGTERM: long work is asked to end between two steps, and ended at once by a second one; other work ends at once. Either way
//! the files that are not finished are removed.
//!
//! A second one within 200 ms is the first one again: `timeout` and service managers send one to the process and one to its group. Nobody
//! presses the keys twice that fast to mean it.

use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use crate::cli::exit::Exit;
use crate::cli::talk::say;
use crate::files::remove_unfinished;

/// What comes within this time of the first one is the same one.
const ONE_FOR: Duration = Duration::from_millis(200);

/// When the first one came.
static FIRST: OnceLock<Stopwatch> = OnceLock::new();
/// Whether the work looks at [`is_requested`].
static IS_HEARD: AtomicBool = AtomicBool::new(false);

/// Begins to listen, for work that looks at [`is_requested`]. Where that cannot be done, an interrupt ends the program at once, which loses
/// nothing either.
pub(super) fn listen() {
    IS_HEARD.store(true, Ordering::Relaxed);
    clean_up();
}

/// Removes the files that are not finished where an interrupt ends the program.
pub(super) fn clean_up() {
    // It can be set once; the second time it is the same.
    let _ = ctrlc::set_handler(|| {
        if !IS_HEARD.load(Ordering::Relaxed) {
            end(Exit::Interrupted);
        }
        match FIRST.get() {
            None => {
                FIRST.get_or_init(Stopwatch::now);
                say("\nInterrupted; finishing what is at hand. Once more ends it at once.");
            }
            Some(first) if first.elapsed() < ONE_FOR => {}
            Some(_) => end(Exit::Interrupted),
        }
    });
}

/// Ends the program at once, and leaves no unfinished files.
pub(super) fn end(exit: Exit) -> ! {
    remove_unfinished();
    process::exit(exit.code().into())
}

/// Whether there was an interrupt.
pub(super) fn is_requested() -> bool {
    FIRST.get().is_some()
}

//! Ctrl-C during long work: the first one asks for an end between two steps, the second one does not ask.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::say;

/// Died of an interrupt, as shells count it.
const EXIT_INTERRUPTED: i32 = 130;

static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// Begins to listen. Where that cannot be done, an interrupt ends the program at once, which loses nothing either.
pub(super) fn listen() {
    let _ = ctrlc::set_handler(|| {
        if IS_REQUESTED.swap(true, Ordering::Relaxed) {
            process::exit(EXIT_INTERRUPTED);
        }
        say("\nInterrupted; finishing what is at hand. Once more ends it at once.");
    });
}

/// Whether there was an interrupt.
pub(super) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed)
}

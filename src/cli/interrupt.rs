//! Ctrl-C: long work is asked to end between two steps, and ended at once by a second one; other work ends at once. Either way the files
//! that are not finished are removed.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::exit::Exit;
use crate::cli::talk::say;
use crate::files::remove_unfinished;

static IS_REQUESTED: AtomicBool = AtomicBool::new(false);
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
        if !IS_HEARD.load(Ordering::Relaxed) || IS_REQUESTED.swap(true, Ordering::Relaxed) {
            end(Exit::Interrupted);
        }
        say("\nInterrupted; finishing what is at hand. Once more ends it at once.");
    });
}

/// Ends the program at once, and leaves no unfinished files.
pub(super) fn end(exit: Exit) -> ! {
    remove_unfinished();
    process::exit(exit.code().into())
}

/// Whether there was an interrupt.
pub(super) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed)
}

//! Turns of those of this program who post to a database that takes one writer at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long is waited for a turn, before it is gone without.
const TURN_TIME_MAX: Duration = Duration::from_secs(1);

/// Something that one at a time does.
#[derive(Default)]
pub(super) struct Turns {
    is_taken: Mutex<bool>,
    given_back: Condvar,
}

/// The right to be the only one. It is given back when it is dropped.
pub(crate) struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.lock() = false;
        self.0.given_back.notify_one();
    }
}

impl Turns {
    /// Waits for a turn. `None` where that takes too long.
    pub(super) fn take(&self) -> Option<Turn<'_>> {
        let waited = self.given_back.wait_timeout_while(self.lock(), TURN_TIME_MAX, |is_taken| *is_taken);
        let (mut is_taken, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return None;
        }
        *is_taken = true;
        Some(Turn(self))
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.is_taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    #[test]
    fn those_who_take_turns_wait_for_each_other() {
        let turns = Turns::default();
        let turn = turns.take().unwrap();
        let (sender, taken) = channel();
        thread::scope(|threads| {
            let (turns, sender) = (&turns, sender);
            threads.spawn(move || sender.send(turns.take().is_some()).unwrap());
            assert!(taken.try_recv().is_err());
            drop(turn);
            assert!(taken.recv().unwrap());
        });
        assert!(turns.take().is_some(), "the second one has given it back");
    }

    #[test]
    fn who_has_waited_long_goes_without_a_turn() {
        let turns = Turns::default();
        let _turn = turns.take();
        assert!(turns.take().is_none());
    }
}

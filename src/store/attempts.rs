use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use super::options::StoreOptions;

/// The wait before the second attempt; it doubles with each one.
const WAIT_FIRST: Duration = Duration::from_millis(5);
const WAIT_MAX: Duration = Duration::from_millis(500);

/// Counts the attempts at one transaction, and waits between them.
pub(super) struct Attempts {
    begun: u32,
    begun_max: u32,
    deadline: Instant,
    wait: Duration,
}

impl Attempts {
    pub(super) fn new(options: &StoreOptions) -> Self {
        Self {
            begun: 1,
            begun_max: options.attempts_max,
            deadline: Instant::now() + options.retry_time_max,
            wait: WAIT_FIRST,
        }
    }

    /// Waits for the next attempt, and says whether there is one. The waits are random, so that those who collided once do not meet
    /// again.
    pub(super) fn wait_for_next(&mut self) -> bool {
        let wait = self.wait / 2 + jitter(self.wait / 2);
        if self.begun >= self.begun_max || Instant::now() + wait >= self.deadline {
            return false;
        }
        thread::sleep(wait);
        self.begun += 1;
        self.wait = (self.wait * 2).min(WAIT_MAX);
        true
    }
}

/// A random part of a duration. The standard library seeds its hash maps at random, which is as random as this needs to be.
fn jitter(most: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    most / 256 * u32::try_from(random % 256).unwrap_or_default()
}

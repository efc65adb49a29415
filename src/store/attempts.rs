use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use super::StoreError;

/// The wait before the second attempt; it doubles with each one.
const WAIT_FIRST: Duration = Duration::from_millis(5);
const WAIT_MAX: Duration = Duration::from_millis(500);

/// Counts the attempts at one thing, waits between them, and keeps what must not be forgotten from one to the next.
pub(super) struct Attempts {
    begun: u32,
    begun_max: u32,
    deadline: Instant,
    wait: Duration,
    /// Why nobody knows whether one of the attempts was committed.
    unknown: Option<String>,
}

impl Attempts {
    /// At most so many, all begun in that time.
    pub(super) fn new(begun_max: u32, time_max: Duration) -> Self {
        let begin = Instant::now();
        // A time that no clock can tell is as good as none; a century will do.
        let deadline = begin.checked_add(time_max).unwrap_or(begin + Duration::from_hours(876_000));
        Self { begun: 1, begun_max, deadline, wait: WAIT_FIRST, unknown: None }
    }

    /// The time until the last attempt must have begun.
    pub(super) fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Waits for the next attempt after one that failed. The waits are random, so that those who collided once do not meet again.
    ///
    /// # Errors
    /// The fault to report, where there is no next attempt. An outcome that was unknown once stays so until an attempt succeeds or is
    /// refused by a rule, whatever the later ones failed of.
    pub(super) fn wait_after(&mut self, fault: StoreError) -> Result<(), StoreError> {
        let wait = self.wait / 2 + jitter(self.wait / 2);
        let has_next = fault.is_transient() && self.begun < self.begun_max && wait < self.time_left();
        if !has_next {
            return Err(self.verdict(fault));
        }
        if let StoreError::OutcomeUnknown { reason } = fault {
            self.unknown = Some(reason);
        }
        thread::sleep(wait);
        self.begun += 1;
        self.wait = (self.wait * 2).min(WAIT_MAX);
        Ok(())
    }

    fn verdict(&mut self, last: StoreError) -> StoreError {
        match (self.unknown.take(), last) {
            (Some(reason), last) if !matches!(last, StoreError::OutcomeUnknown { .. }) => {
                StoreError::OutcomeUnknown { reason: format!("{reason}; then {last}") }
            }
            (_, last) => last,
        }
    }
}

/// A random part of a duration. The standard library seeds its hash maps at random, which is as random as this needs to be.
fn jitter(most: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    most / 256 * u32::try_from(random % 256).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown() -> StoreError {
        StoreError::OutcomeUnknown { reason: "cut in the commit".into() }
    }

    #[test]
    fn an_unknown_outcome_is_not_forgotten_when_a_later_attempt_fails_of_something_else() {
        let mut attempts = Attempts::new(3, Duration::from_mins(1));
        attempts.wait_after(unknown()).unwrap();
        attempts.wait_after(StoreError::Busy { reason: "locked".into() }).unwrap();
        let last = StoreError::ReadOnly { reason: "standby".into() };
        let verdict = attempts.wait_after(last).unwrap_err();
        assert!(matches!(&verdict, StoreError::OutcomeUnknown { .. }), "{verdict}");
        assert!(
            verdict.to_string().contains("cut in the commit; then the database is read-only: standby"),
            "{verdict}"
        );
    }

    #[test]
    fn attempts_end_at_their_number_and_at_their_deadline() {
        assert!(Attempts::new(1, Duration::from_mins(1)).wait_after(unknown()).is_err());
        assert!(Attempts::new(9, Duration::ZERO).wait_after(unknown()).is_err());
        assert!(Attempts::new(9, Duration::MAX).wait_after(unknown()).is_ok());
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        let full = StoreError::Full { reason: "no room".into() };
        assert!(matches!(Attempts::new(9, Duration::MAX).wait_after(full), Err(StoreError::Full { .. })));
    }
}

//! Bounding the retries of a transaction, and waiting a random time between them.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use crate::store::StoreError;

/// The wait before the second attempt; it doubles with each one.
const WAIT_FIRST: Duration = Duration::from_millis(5);
const WAIT_MAX: Duration = Duration::from_millis(500);

/// Counts the attempts at one thing, waits between them, and keeps what must not be forgotten from one to the next.
pub(super) struct Attempts {
    begun: u32,
    begun_max: u32,
    deadline: Instant,
    /// Until when a server that takes no writes is waited for.
    standby_deadline: Instant,
    wait: Duration,
    /// Why nobody knows whether one of the attempts was committed.
    unknown: Option<String>,
}

impl Attempts {
    /// At most so many, all begun in that time.
    pub(super) fn new(begun_max: u32, time_max: Duration) -> Self {
        let deadline = deadline(time_max);
        Self { begun: 1, begun_max, deadline, standby_deadline: deadline, wait: WAIT_FIRST, unknown: None }
    }

    /// The same, where a server that takes no writes is given up after that time.
    pub(super) fn with_standby_time(self, time_max: Duration) -> Self {
        Self { standby_deadline: self.deadline.min(deadline(time_max)), ..self }
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
        let time_left = match fault {
            StoreError::Standby { .. } => self.standby_deadline.saturating_duration_since(Instant::now()),
            _ => self.time_left(),
        };
        let has_next = fault.is_transient() && self.begun < self.begun_max && wait < time_left;
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

/// `Instant` would overflow for a time without end; 100 years will do.
fn deadline(time_max: Duration) -> Instant {
    let begin = Instant::now();
    begin.checked_add(time_max).unwrap_or(begin + Duration::from_hours(876_000))
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
    fn a_standby_is_given_up_before_other_faults_are() {
        let standby = || StoreError::Standby { reason: "it follows".into() };
        let mut attempts = Attempts::new(9, Duration::from_mins(1)).with_standby_time(Duration::ZERO);
        assert!(attempts.wait_after(unknown()).is_ok());
        assert!(matches!(attempts.wait_after(standby()), Err(StoreError::OutcomeUnknown { .. })));
        assert!(Attempts::new(9, Duration::from_mins(1)).wait_after(standby()).is_ok());
        assert!(Attempts::new(9, Duration::MAX).with_standby_time(Duration::MAX).wait_after(standby()).is_ok());
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        let full = StoreError::Full { reason: "no room".into() };
        assert!(matches!(Attempts::new(9, Duration::MAX).wait_after(full), Err(StoreError::Full { .. })));
    }
}

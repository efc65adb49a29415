//! Entries that are later than the clock: how much later they may be, and what is then recorded of the clock.

use std::time::Duration;

use crate::facts::Instant;

/// How far ahead of the clock an account's newest entry may be for the account to take another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockLead {
    /// Clocks that are set right differ by less.
    pub max: Duration,
    /// The book's owner has accepted entries up to here, however far ahead they are.
    pub accepted_until: Option<Instant>,
}

impl ClockLead {
    /// The bound of a book whose owner has accepted nothing.
    pub const MAX: Duration = Duration::from_mins(1);

    /// Whether an entry that was recorded then can be followed by one that is recorded now.
    #[must_use]
    pub fn allows(self, newest: Instant, now: Instant) -> bool {
        newest <= now.after(self.max) || self.accepted_until.is_some_and(|accepted| newest <= accepted)
    }
}

impl Default for ClockLead {
    fn default() -> Self {
        Self { max: Self::MAX, accepted_until: None }
    }
}

/// From how far ahead on recorded time is told apart from the clock's. A busy account is ahead by microseconds all the time.
const TOLD_APART_MICROS_MIN: i64 = 1_000_000;

/// The time of the clock, where what is recorded then runs so far ahead of it that days or expiries could tell: by more than a second, or
/// into another day.
pub(crate) fn clock_beside(recorded_at: Instant, now: Instant) -> Option<Instant> {
    let is_as_good = recorded_at.micros() - now.micros() <= TOLD_APART_MICROS_MIN && recorded_at.is_same_day(now);
    (!is_as_good).then_some(now)
}

#[cfg(test)]
mod tests {

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn the_clock_is_kept_beside_what_is_a_second_or_a_day_ahead_of_it() {
        let now = at("2026-01-31T12:00:00Z");
        assert_eq!(clock_beside(now, now), None);
        assert_eq!(clock_beside(at("2026-01-31T12:00:01Z"), now), None);
        assert_eq!(clock_beside(at("2026-01-31T12:00:01.000001Z"), now), Some(now));
        let midnight = at("2026-02-01T00:00:00Z");
        assert_eq!(clock_beside(midnight, midnight.previous().unwrap()), midnight.previous());
    }

    #[test]
    fn an_entry_may_be_ahead_by_the_bound_or_as_far_as_was_accepted() {
        let now = at("2026-01-31T12:00:00Z");
        let lead = ClockLead::default();
        assert!(lead.allows(at("2026-01-31T12:01:00Z"), now));
        assert!(!lead.allows(at("2026-01-31T12:01:00.000001Z"), now));
        let accepted = ClockLead { accepted_until: Some(at("2036-01-31T12:00:00Z")), ..lead };
        assert!(accepted.allows(at("2036-01-31T12:00:00Z"), now));
        assert!(!accepted.allows(at("2036-01-31T12:00:00.000001Z"), now));
    }
}

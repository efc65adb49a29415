//! Calendar days of UTC, by which journals and reports date their amounts.

use std::fmt;

use crate::facts::Instant;

const MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// A day of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(i64);

impl Day {
    /// The day that a moment lies in.
    #[must_use]
    pub const fn of(moment: Instant) -> Self {
        Self(moment.micros().div_euclid(MICROS))
    }

    /// The next day, or `None` behind the year 9999.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Instant::from_micros((self.0 + 1) * MICROS).map(Self::of)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.to_string()[..4].parse().unwrap_or_default()
    }
}

/// As `2026-09-01`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let begin = Instant::from_micros(self.0 * MICROS).unwrap_or(Instant::MIN).to_string();
        f.write_str(begin.split('T').next().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_of_utc_and_has_a_next_one_up_to_the_end() {
        let day = |text: &str| Day::of(text.parse().unwrap());
        assert_eq!(day("2026-01-01T00:30:00+01:00").to_string(), "2025-12-31");
        assert_eq!(day("1969-12-31T23:59:59Z").to_string(), "1969-12-31");
        assert_eq!(day("2024-02-28T12:00:00Z").next().unwrap().to_string(), "2024-02-29");
        assert_eq!(Day::of(Instant::MIN).to_string(), "0001-01-01");
        assert_eq!(Day::of(Instant::MIN).year(), 1);
        assert_eq!(Day::of(Instant::MAX).next(), None);
        assert_eq!(Day::of(Instant::MAX).year(), 9999);
    }
}

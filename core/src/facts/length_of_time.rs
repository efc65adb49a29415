//! Lengths of time as text, in units from days to nanoseconds.

use std::fmt;
use std::time::Duration;

/// The units that lengths of time are written in, each in nanoseconds.
const UNITS: [(u128, &str); 7] = [
    (86_400_000_000_000, "d"),
    (3_600_000_000_000, "h"),
    (60_000_000_000, "m"),
    (1_000_000_000, "s"),
    (1_000_000, "ms"),
    (1_000, "us"),
    (1, "ns"),
];

/// A length of time as people write it and options take it: `1h 30m`, `500ms`, `0s`.
///
/// ```
/// use std::time::Duration;
/// use teller_ledger_core::facts::LengthOfTime;
///
/// assert_eq!(LengthOfTime(Duration::from_secs(5_400)).to_string(), "1h 30m");
/// assert_eq!(LengthOfTime(Duration::ZERO).to_string(), "0s");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthOfTime(
    /// The length.
    pub Duration,
);

impl fmt::Display for LengthOfTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_zero() {
            return f.write_str("0s");
        }
        let mut left = self.0.as_nanos();
        let mut gap = "";
        for (size, unit) in UNITS {
            let count = left / size;
            left %= size;
            if count > 0 {
                write!(f, "{gap}{count}{unit}")?;
                gap = " ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_shown_as_people_write_it() {
        for (time, shown) in [
            (Duration::ZERO, "0s"),
            (Duration::from_nanos(1), "1ns"),
            (Duration::from_micros(1_500), "1ms 500us"),
            (Duration::from_millis(100), "100ms"),
            (Duration::from_secs(15), "15s"),
            (Duration::from_secs(90), "1m 30s"),
            (Duration::from_hours(24), "1d"),
            (Duration::from_hours(25), "1d 1h"),
            (Duration::from_hours(36_500 * 24), "36500d"),
        ] {
            assert_eq!(LengthOfTime(time).to_string(), shown);
        }
    }
}

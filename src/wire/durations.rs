//! Lengths of time as people write them, and how long they may be.

use std::time::Duration;

use crate::error::InputError;

/// A hundred years: what lasts longer would end at a time that no book can tell.
const LONGEST: Duration = Duration::from_hours(36_500 * 24);
const UP_TO_LONGEST: &str = "36500d at most";
const MORE_THAN_NOTHING: &str = "longer than 0s, and 36500d at most";

/// Reads a length of time: `90s`, `30m`, `12h`, `7d`, `1h 30m`. Nothing is a length too.
///
/// # Errors
/// [`InputError::Duration`] for anything else, and for parts of a microsecond; [`InputError::DurationLimits`] for more than a hundred years.
pub fn read_duration(text: &str) -> Result<Duration, InputError> {
    let whole = |duration: &Duration| duration.subsec_nanos().is_multiple_of(1_000);
    // Months and years differ in length, and `1M` is easily taken for a minute.
    let is_calendar = |word: &str| matches!(word, "M" | "month" | "months" | "y" | "yr" | "yrs" | "year" | "years");
    let has_calendar = text.split(|letter: char| !letter.is_alphabetic()).any(is_calendar);
    let duration = match humantime::parse_duration(text) {
        Err(humantime::DurationError::NumberOverflow) => return Err(beyond(text, UP_TO_LONGEST)),
        read => read.ok().filter(whole).filter(|_| !has_calendar),
    };
    let duration = duration.ok_or_else(|| InputError::Duration { text: shortened(text) })?;
    if duration <= LONGEST { Ok(duration) } else { Err(beyond(text, UP_TO_LONGEST)) }
}

/// Reads for how long something lasts that is made now: as [`read_duration`], but not nothing.
///
/// # Errors
/// Those of [`read_duration`]; [`InputError::DurationLimits`] for nothing.
pub fn read_lifetime(text: &str) -> Result<Duration, InputError> {
    match read_duration(text) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        Ok(_) | Err(InputError::DurationLimits { .. }) => Err(beyond(text, MORE_THAN_NOTHING)),
        Err(fault) => Err(fault),
    }
}

fn beyond(text: &str, limits: &'static str) -> InputError {
    InputError::DurationLimits { text: shortened(text), limits }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_within_a_hundred_years() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("1h 30m", 5_400), ("36500d", 36_500 * 86_400)] {
            assert_eq!(read_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["36500d 1us", "36501d", "1000000d", "99999999999999999999d", "18446744073709551615s"] {
            assert!(matches!(read_duration(text), Err(InputError::DurationLimits { .. })), "{text}");
        }
        for text in ["", "1", "1M", "1y", "-1s", "1ns", "soon"] {
            assert!(matches!(read_duration(text), Err(InputError::Duration { .. })), "{text}");
        }
    }

    #[test]
    fn what_lasts_lasts_longer_than_nothing() {
        assert_eq!(read_lifetime("1us"), Ok(Duration::from_micros(1)));
        for text in ["0s", "0d 0h", "36501d"] {
            let refused = read_lifetime(text).unwrap_err().to_string();
            assert_eq!(
                refused,
                format!("{text:?} is no length that this can have: it is longer than 0s, and 36500d at most")
            );
        }
    }
}

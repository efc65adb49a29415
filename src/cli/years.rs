//! A warning of times whose year is probably a slip.

use std::time::Duration;

use crate::facts::Instant;

/// How far from now nearly every payment counts.
const USUAL: Duration = Duration::from_hours(10 * 365 * 24);

/// Whether a time is so far from now that its year is probably a slip.
pub(super) fn is_far(time: Instant, now: Instant) -> bool {
    time < now.before(USUAL) || time > now.after(USUAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_years_from_now_are_far() {
        let now = "2026-09-01T12:00:00Z".parse().unwrap();
        for (time, expected) in [
            ("2026-09-01T12:00:00Z", false),
            ("2017-01-01T00:00:00Z", false),
            ("2036-01-01T00:00:00Z", false),
            ("2016-01-01T00:00:00Z", true),
            ("2062-09-01T00:00:00Z", true),
            ("0026-09-01T00:00:00Z", true),
        ] {
            assert_eq!(is_far(time.parse().unwrap(), now), expected, "{time}");
        }
    }
}

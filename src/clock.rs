//! The only place where the time is read.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::rules::Instant;

/// Tells the time: the system's, or for tests and demonstrations one that the caller moves.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| moment(SystemTime::now()))
    }

    /// A clock that says what the function says.
    pub fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Instant {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// A broken clock can stand before 1970, where the standard library and chrono do not count. Beyond the years 1 to 9999 time stands still.
fn moment(time: SystemTime) -> Instant {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).ok().and_then(Instant::from_micros).unwrap_or(Instant::MAX),
        Err(before) => i64::try_from(before.duration().as_micros())
            .ok()
            .and_then(|micros| Instant::from_micros(-micros))
            .unwrap_or(Instant::MIN),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_stands_at_any_time_is_read() {
        let half_a_second = Duration::from_millis(500);
        let millenium = Duration::from_hours(1_000 * 8_766);
        for (time, expected) in [
            (UNIX_EPOCH, "1970-01-01T00:00:00.000000Z"),
            (UNIX_EPOCH - half_a_second, "1969-12-31T23:59:59.500000Z"),
            (UNIX_EPOCH + half_a_second, "1970-01-01T00:00:00.500000Z"),
            (UNIX_EPOCH - 3 * millenium, "0001-01-01T00:00:00.000000Z"),
            (UNIX_EPOCH + 9 * millenium, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(moment(time).to_string(), expected);
        }
    }
}

//! The only place where the time is read.

use std::fmt;
use std::sync::Arc;

use chrono::Utc;

use crate::rules::Instant;

/// Tells the time: the system's, or for tests and demonstrations one that the caller moves.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        // The system's clock is outside the years 1 to 9999 only where it is broken; then time stands still at 1970.
        Self::new(|| Instant::from_micros(Utc::now().timestamp_micros()).unwrap_or(Instant::EPOCH))
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

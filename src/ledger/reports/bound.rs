//! The beginning or end of a report's column, as a place between two moments.

use std::fmt;

use crate::facts::Instant;

/// A place between two moments, where a column of a report begins or ends. A span holds its first moment and not its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bound(i64);

impl Bound {
    /// Before every moment there is.
    pub const BEGIN: Self = Self(Instant::MIN.micros());
    /// Behind every moment there is.
    pub const END: Self = Self(Instant::MAX.micros() + 1);

    /// The place before a moment.
    #[must_use]
    pub const fn before(moment: Instant) -> Self {
        Self(moment.micros())
    }

    /// The place behind a moment, which then counts.
    #[must_use]
    pub const fn behind(moment: Instant) -> Self {
        Self(moment.micros() + 1)
    }

    /// The first moment behind it, or `None` at the end.
    #[must_use]
    pub const fn next(self) -> Option<Instant> {
        Instant::from_micros(self.0)
    }

    /// The last moment before it, or `None` at the beginning.
    #[must_use]
    pub const fn last(self) -> Option<Instant> {
        Instant::from_micros(self.0 - 1)
    }

    /// The last moment before it in microseconds, one before the year 1 at the beginning.
    pub(super) const fn last_micros(self) -> i64 {
        self.0 - 1
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.next() {
            _ if *self == Self::BEGIN => f.write_str("the beginning"),
            Some(moment) => moment.fmt(f),
            None => f.write_str("the end"),
        }
    }
}

//! When rows go to the server as a stream instead of as parameters.

/// From how many rows on COPY is faster than a prepared insert, which costs one round trip less.
pub(super) const COPY_ROWS_MIN: usize = 50;

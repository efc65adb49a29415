//! The rights that servers take for a while.

/// When the right of another server ends at the latest, where one that is taken now lasts until then. Clocks differ a little. What lasts longer
/// was taken under a clock that was ahead, and holds nobody up.
pub(crate) const fn latest_end(now: i64, until: i64) -> i64 {
    until + (until - now)
}

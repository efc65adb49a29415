//! When an event is sent again that did not arrive.

use std::time::Duration;

use chrono::DateTime;

use crate::facts::Instant;

/// How long after each failed attempt the next one is. Behind the last one there is none.
pub(in crate::server) const USUAL: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// The most that a receiver may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// Longer than any attempt is put off by a table. A later one was set by a clock that was ahead.
pub(super) fn put_off_max(table: &[Duration]) -> Duration {
    let usual = table.iter().copied().fold(RETRY_AFTER_MAX, Duration::max);
    usual.saturating_add(usual / 10).saturating_add(Duration::from_mins(1))
}

/// The time of the next attempt after so many have failed, unless there is none. It is up to a tenth later than the table says, so that
/// what failed together is not sent again together. `salt` is anything random.
pub(super) fn next(table: &[Duration], failed: i64, asked: Option<Duration>, salt: u8) -> Option<Duration> {
    let index = usize::try_from(failed.max(1) - 1).ok()?;
    let usual = *table.get(index)?;
    let jitter = usual / 10 / 256 * u32::from(salt);
    Some((usual + jitter).max(asked.unwrap_or_default().min(RETRY_AFTER_MAX)))
}

/// What the header `Retry-After` says: seconds, or a moment.
pub(super) fn read_retry_after(text: &str, now: Instant) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = DateTime::parse_from_rfc2822(text).ok()?.timestamp_micros();
    Some(Duration::from_micros(u64::try_from(moment.saturating_sub(now.micros())).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_follow_the_table_and_end_with_it() {
        assert_eq!(next(&USUAL, 1, None, 0), Some(Duration::from_secs(5)));
        assert_eq!(next(&USUAL, 9, None, 0), Some(Duration::from_hours(24)));
        assert_eq!(next(&USUAL, 10, None, 0), None);
        let latest = next(&USUAL, 2, None, 255).unwrap();
        assert!(latest > Duration::from_mins(5) && latest <= Duration::from_secs(330), "{latest:?}");
    }

    #[test]
    fn no_attempt_is_put_off_for_longer_than_the_most() {
        for table in [&USUAL[..], &[Duration::from_millis(1)], &[Duration::from_hours(90), Duration::from_hours(1)]] {
            let longest = (1..=9).filter_map(|failed| next(table, failed, Some(Duration::MAX), 255)).max().unwrap();
            assert!(longest < put_off_max(table) && put_off_max(table) < longest * 2, "{longest:?}");
        }
    }

    #[test]
    fn a_receiver_can_ask_for_a_later_attempt_and_not_for_an_earlier_one() {
        assert_eq!(next(&USUAL, 1, Some(Duration::from_secs(90)), 0), Some(Duration::from_secs(90)));
        assert_eq!(next(&USUAL, 2, Some(Duration::from_secs(90)), 0), Some(Duration::from_mins(5)));
        assert_eq!(next(&USUAL, 1, Some(Duration::MAX), 0), Some(Duration::from_hours(24)));
        let now = Instant::EPOCH;
        assert_eq!(read_retry_after(" 120 ", now), Some(Duration::from_mins(2)));
        assert_eq!(read_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", now), Some(Duration::from_mins(1)));
        assert_eq!(read_retry_after("Wed, 31 Dec 1969 00:01:00 GMT", now), Some(Duration::ZERO));
        for text in ["", "soon", "-1", "1.5"] {
            assert_eq!(read_retry_after(text, now), None, "{text}");
        }
    }
}

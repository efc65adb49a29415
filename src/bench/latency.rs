//! Percentiles of the time that single calls took: the median, 99 % and 99.9 %.

use std::time::Duration;

/// How long the calls of a measurement took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latencies {
    /// Half of the calls took no longer.
    pub p50: Duration,
    /// 99 of 100 calls took no longer.
    pub p99: Duration,
    /// 999 of 1,000 calls took no longer.
    pub p999: Duration,
}

impl Latencies {
    /// `None` where there was no call.
    #[must_use]
    pub fn of(mut calls: Vec<Duration>) -> Option<Self> {
        calls.sort_unstable();
        let at = |per_mille: usize| {
            let place = (calls.len() * per_mille).div_ceil(1_000).checked_sub(1)?;
            calls.get(place).copied()
        };
        Some(Self { p50: at(500)?, p99: at(990)?, p999: at(999)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_slowest_of_that_many_calls() {
        let calls = |count: u64| (1..=count).rev().map(Duration::from_micros).collect();
        let micros =
            |calls| Latencies::of(calls).map(|found| [found.p50, found.p99, found.p999].map(|time| time.as_micros()));
        assert_eq!(micros(calls(0)), None);
        assert_eq!(micros(calls(1)), Some([1, 1, 1]));
        assert_eq!(micros(calls(1_000)), Some([500, 990, 999]));
        assert_eq!(micros(calls(200)), Some([100, 198, 200]));
    }
}

//! How often a key may ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant as Stopwatch;

use crate::server::problem::Problem;
use crate::server::status::ServerCode;

const SECOND_NANOS: u64 = 1_000_000_000;

/// Counts the requests of each key. A key may use up what a second allows at once, and then gets a request back every so often.
#[derive(Debug)]
pub(super) struct Rates {
    /// How long it takes to get one request back. `None` where there is no bound.
    interval_nanos: Option<u64>,
    begin: Stopwatch,
    /// By the id of each key, when it will have got back all that it used. Only keys that are valid come here, so it stays small.
    whole_again_at: Mutex<HashMap<String, u64>>,
}

impl Rates {
    pub(super) fn new(requests_per_second: Option<u32>) -> Self {
        let interval_nanos = requests_per_second.map(|rate| SECOND_NANOS / u64::from(rate.max(1)));
        Self { interval_nanos, begin: Stopwatch::now(), whole_again_at: Mutex::default() }
    }

    /// Takes one request from what a key may ask.
    pub(super) fn take(&self, key: &str) -> Result<(), Problem> {
        let Some(interval) = self.interval_nanos else { return Ok(()) };
        let now = u64::try_from(self.begin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        if self.take_at(key, interval, now) {
            return Ok(());
        }
        let detail = format!("the key may ask {} times a second", SECOND_NANOS / interval);
        Err(Problem::new(ServerCode::RateExceeded, detail))
    }

    fn take_at(&self, key: &str, interval: u64, now: u64) -> bool {
        let mut all = self.whole_again_at.lock().unwrap_or_else(PoisonError::into_inner);
        let whole_again = all.get(key).copied().unwrap_or_default().max(now) + interval;
        if whole_again - now > SECOND_NANOS.max(interval) {
            return false;
        }
        all.insert(key.to_owned(), whole_again);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_ask_so_often_a_second_whatever_others_do() {
        let rates = Rates::new(Some(4));
        let interval = rates.interval_nanos.unwrap();
        let asked = |key: &str, now: u64| (0..10).filter(|_| rates.take_at(key, interval, now)).count();
        assert_eq!((asked("a", 0), asked("b", 0)), (4, 4));
        assert_eq!(asked("a", SECOND_NANOS / 4), 1, "one comes back each quarter of a second");
        assert_eq!(asked("a", 3 * SECOND_NANOS), 4, "no more than a second's are saved");
        assert!((0..1_000).all(|_| Rates::new(None).take("a").is_ok()));
    }
}

//! What happened in the last minute, second by second: transfers that the feed told of, and how long postings took.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

const SECONDS: usize = 60;
/// The bounds of the classes in which times are counted, in milliseconds.
const BOUNDS: [u64; 13] = [1, 2, 3, 5, 8, 12, 20, 50, 100, 200, 500, 1_000, 5_000];

/// The sums of the last minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lately {
    pub(super) transfers: u64,
    /// How many postings were answered.
    pub(super) postings: u64,
    /// The time within which 99 of 100 of them were answered. `None` if it is longer than the last bound.
    pub(super) most_within: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Recent {
    begin: Stopwatch,
    minute: Mutex<Minute>,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { begin: Stopwatch::now(), minute: Mutex::default() }
    }

    /// So many transfers were told.
    pub(super) fn told(&self, transfers: usize) {
        self.change(|second| second.transfers += transfers as u64);
    }

    /// A posting was answered.
    pub(super) fn answered(&self, took: Duration) {
        let millis = u64::try_from(took.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
        let class = BOUNDS.partition_point(|bound| *bound < millis);
        self.change(|second| second.postings[class] += 1);
    }

    pub(super) fn lately(&self) -> Lately {
        let now = self.begin.elapsed().as_secs();
        self.minute.lock().unwrap_or_else(PoisonError::into_inner).sum(now)
    }

    fn change(&self, change: impl FnOnce(&mut Second)) {
        let now = self.begin.elapsed().as_secs();
        change(self.minute.lock().unwrap_or_else(PoisonError::into_inner).second(now));
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Second {
    /// Which one it is, counted from the beginning.
    number: u64,
    transfers: u64,
    /// By the class of their times; those of the last class took longer than any bound.
    postings: [u64; BOUNDS.len() + 1],
}

#[derive(Debug)]
struct Minute([Second; SECONDS]);

impl Default for Minute {
    fn default() -> Self {
        Self([Second::default(); SECONDS])
    }
}

impl Minute {
    fn second(&mut self, number: u64) -> &mut Second {
        let second = &mut self.0[usize::try_from(number % SECONDS as u64).unwrap_or_default()];
        if second.number != number {
            *second = Second { number, ..Second::default() };
        }
        second
    }

    fn sum(&self, now: u64) -> Lately {
        let seconds = self.0.iter().filter(|second| second.number + SECONDS as u64 > now);
        let (mut transfers, mut classes) = (0, [0; BOUNDS.len() + 1]);
        for second in seconds {
            transfers += second.transfers;
            classes.iter_mut().zip(second.postings).for_each(|(sum, count)| *sum += count);
        }
        let postings: u64 = classes.iter().sum();
        let most = (postings * 99).div_ceil(100);
        let mut so_far = 0;
        let class = classes.iter().position(|count| {
            so_far += count;
            so_far >= most
        });
        let bound = class.and_then(|class| BOUNDS.get(class));
        Lately { transfers, postings, most_within: bound.map(|millis| Duration::from_millis(*millis)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_forgotten_second_by_second() {
        let mut minute = Minute::default();
        minute.second(3).transfers += 5;
        minute.second(4).transfers += 7;
        assert_eq!(
            [minute.sum(4), minute.sum(62), minute.sum(63), minute.sum(64)].map(|sum| sum.transfers),
            [12, 12, 7, 0]
        );
        minute.second(63).transfers += 1;
        assert_eq!(minute.sum(63).transfers, 8);
    }

    #[test]
    fn ninety_nine_of_a_hundred_are_within_the_bound() {
        let mut minute = Minute::default();
        minute.second(0).postings[2] = 99;
        minute.second(1).postings[BOUNDS.len()] = 1;
        assert_eq!(minute.sum(1).most_within, Some(Duration::from_millis(3)));
        minute.second(1).postings[BOUNDS.len()] = 2;
        assert_eq!((minute.sum(1).postings, minute.sum(1).most_within), (101, None));
    }

    #[test]
    fn a_time_is_counted_by_the_first_bound_that_holds_it() {
        let recent = Recent::new();
        for micros in [999, 1_000] {
            recent.answered(Duration::from_micros(micros));
        }
        assert_eq!(recent.lately().most_within, Some(Duration::from_millis(1)));
        recent.answered(Duration::from_micros(1_001));
        assert_eq!(recent.lately().most_within, Some(Duration::from_millis(2)));
    }
}

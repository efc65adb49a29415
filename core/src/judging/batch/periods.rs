//! What stands in a transfer's way by its times: entries later than the clock, and closed periods.

use crate::facts::Instant;
use crate::judging::batch::Batch;
use crate::judging::batch::pair::Pair;
use crate::rejection::Rejection;

impl Batch {
    /// Refuses a transfer behind entries that a wrong clock has made, and one that would count in a closed period.
    pub(super) fn check_times(&self, pair: Pair, effective_at: Option<Instant>) -> Result<(), Rejection> {
        self.check_clock([pair.first, pair.second])?;
        let effective_at = effective_at.unwrap_or_else(|| self.book.next_clock_time(pair));
        match self.book.closed_periods.find(effective_at) {
            Some(period) => Err(Rejection::PeriodClosed { effective_at, period }),
            None => Ok(()),
        }
    }

    /// Refuses a write to accounts of which the newest transfer is later than the clock by more than it may be. What is written may record
    /// expired holds first, so their other accounts count too.
    pub(super) fn check_clock<const COUNT: usize>(&self, accounts: [usize; COUNT]) -> Result<(), Rejection> {
        for index in accounts {
            self.book.check_clock_of(index)?;
            for &id in &self.book.particulars(index).expired {
                let Ok((_, pair)) = self.get_hold(&id.into()) else { continue };
                self.book.check_clock_of(pair.debit)?;
                self.book.check_clock_of(pair.credit)?;
            }
        }
        Ok(())
    }

    /// As [`check_clock`](Self::check_clock), for an event, which is recorded behind the account's newest event too.
    pub(super) fn check_clock_of_event(&self, index: usize) -> Result<(), Rejection> {
        self.check_clock([index])?;
        match self.book.particulars(index).last_event {
            Some(last) => self.book.check_clock_behind(index, last.sequence, last.recorded_at),
            None => Ok(()),
        }
    }
}

//! Keeping what counts out of periods that are closed.

use super::super::instant::Instant;
use super::super::rejection::Rejection;
use super::Batch;

impl Batch {
    /// Refuses an effective time in a closed period. What is recorded now counts now: a period is closed only when it is over.
    pub(super) fn check_period(&self, effective_at: Option<Instant>) -> Result<(), Rejection> {
        let Some(effective_at) = effective_at else { return Ok(()) };
        match self.book.closed_periods.find(effective_at) {
            Some(period) => Err(Rejection::PeriodClosed { effective_at, period }),
            None => Ok(()),
        }
    }
}

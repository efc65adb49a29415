//! Closing periods of effective time, and opening them again.

use crate::error::Error;
use crate::facts::{BookEvent, ClosedPeriods, Instant, Signature};
use crate::judging::change_period;
use crate::ledger::Ledger;
use crate::ledger::book::events::append_book_event;
use crate::ledger::log;
use crate::ledger::mode::Mode;
use crate::requests::PeriodChange;
use crate::store::Access;

impl Ledger {
    /// Closes a period that is over, or opens it again, and answers with the record of it; `None` where it was like that already. Waits
    /// for the writes that are under way: what is posted later sees the period closed.
    ///
    /// # Errors
    /// [`Rejection::PeriodNotOver`](crate::rejection::Rejection::PeriodNotOver), [`Error::Store`]; `Denied` for a role that is not the
    /// book's owner.
    pub fn change_period(&self, change: &PeriodChange, mode: Mode) -> Result<Option<BookEvent>, Error> {
        let event = self.pool.transaction(Access::Alone, |store| {
            let (closed, time) = (ClosedPeriods::after(&store.list_period_events()?), self.book_time());
            let Some(changed) = change_period(change, closed, time.reading.now)? else { return Ok(None) };
            let signature = Signature { actor: change.actor.clone(), reason: change.reason.clone() };
            Ok(Some(append_book_event(store, changed, signature, time, mode)?))
        })?;
        log::changed("period", event.is_some(), mode);
        Ok(event)
    }

    /// The periods that are closed, as it was known at a moment. `None` is now.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn closed_periods(&self, known_at: Option<Instant>) -> Result<ClosedPeriods, Error> {
        let known_at = known_at.unwrap_or(Instant::MAX);
        let events = self.period_events()?;
        Ok(ClosedPeriods::after(events.iter().filter(|event| event.recorded_at <= known_at)))
    }

    /// Every closing and reopening of a period, oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn period_events(&self) -> Result<Vec<BookEvent>, Error> {
        self.pool.transaction(Access::Read, |store| Ok(store.list_period_events()?))
    }
}

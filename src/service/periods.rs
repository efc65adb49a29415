//! Closing periods of effective time, and opening them again.

use super::{Ledger, Mode};
use crate::error::Error;
use crate::rules::{ClosedPeriods, Hash, Instant, PeriodChange, PeriodEvent, change_period, hash_period_event};
use crate::store::{Access, Store, StoreError};

impl Ledger {
    /// Closes a period that is over, or opens it again, and answers with the record of it; `None` where it was like that already. Waits
    /// for the writes that are under way: what is posted later sees the period closed.
    ///
    /// # Errors
    /// [`Rejection::PeriodNotOver`](crate::rules::Rejection::PeriodNotOver), [`Error::Store`]; `Denied` for a role that is not the
    /// book's owner.
    pub fn change_period(&self, change: &PeriodChange, mode: Mode) -> Result<Option<PeriodEvent>, Error> {
        self.pool.transaction(Access::Alone, |store| {
            let events = store.list_period_events()?;
            let Some(mut event) = change_period(change, &events, self.clock.now())? else { return Ok(None) };
            event.hash = hash_period_event(&event, head_of(&events));
            if mode == Mode::Commit {
                event = insert(store, event)?;
            }
            Ok(Some(event))
        })
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
    pub fn period_events(&self) -> Result<Vec<PeriodEvent>, Error> {
        self.pool.transaction(Access::Read, |store| Ok(store.list_period_events()?))
    }
}

fn insert(store: &mut dyn Store, event: PeriodEvent) -> Result<PeriodEvent, StoreError> {
    // One place was asked for.
    let sequence = store.next_sequences(1)?[0];
    let event = PeriodEvent { sequence, ..event };
    store.insert_period_events(std::slice::from_ref(&event))?;
    Ok(event)
}

/// The head of the chain behind some events; before the first one it is all zeros.
fn head_of(events: &[PeriodEvent]) -> Hash {
    events.last().map_or(Hash([0; 32]), |last| last.hash)
}

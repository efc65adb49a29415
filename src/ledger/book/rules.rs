//! The owner's decisions that bind every posting: closed periods, and accepted entries that are later than the clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::facts::{BookChange, BookEvent, ClosedPeriods, Hash, Instant, Sequence};
use crate::store::{Store, StoreError};

/// The owner's decisions up to the newest one that was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct BookRules {
    pub(crate) closed_periods: Arc<ClosedPeriods>,
    /// Entries up to this moment are accepted, however far they are ahead of the clock.
    pub(crate) accepted_until: Option<Instant>,
    /// The newest decision. Its hash covers all decisions before it.
    newest: Option<(Sequence, Hash)>,
}

impl BookRules {
    /// The sequence of the newest decision. Lower than every sequence if there is none.
    pub(crate) fn newest(&self) -> Sequence {
        self.newest.map_or(Sequence::UNASSIGNED, |(sequence, _)| sequence)
    }

    fn take(&mut self, events: &[BookEvent]) {
        for event in events {
            match &event.change {
                BookChange::Period { period, action } => {
                    Arc::make_mut(&mut self.closed_periods).apply(*period, *action);
                }
                BookChange::ClockAccepted { until } => self.accepted_until = self.accepted_until.max(Some(*until)),
                BookChange::ScheduleAdded { .. }
                | BookChange::ScheduleCancelled { .. }
                | BookChange::CurrencyRegistered { .. }
                | BookChange::DueRefused(_)
                | BookChange::DueSkipped(_) => {}
            }
        }
        if let Some(last) = events.last() {
            self.newest = Some((last.sequence, last.hash));
        }
    }
}

/// The decisions as they were last read, so that a posting reads only newer ones.
#[derive(Debug, Default)]
pub(crate) struct KnownRules(Mutex<Option<BookRules>>);

impl KnownRules {
    /// The decisions as they were last read. The caller must check that there are no newer ones.
    pub(crate) fn last_read(&self) -> Option<BookRules> {
        self.lock().clone()
    }

    /// The current decisions. Must be read behind the lock of an account, so that no decision can follow before the transaction ends.
    pub(crate) fn read(&self, store: &mut dyn Store) -> Result<BookRules, StoreError> {
        let mut rules = self.last_read().unwrap_or_default();
        let mut events = store.list_rule_events(rules.newest())?;
        if let Some(newest) = rules.newest {
            // The book can have another history than before, for example because a backup was restored.
            if events.first().map(|event| (event.sequence, event.hash)) == Some(newest) {
                events.remove(0);
            } else {
                rules = BookRules::default();
                events = store.list_rule_events(rules.newest())?;
            }
        }
        rules.take(&events);
        *self.lock() = Some(rules.clone());
        Ok(rules)
    }

    fn lock(&self) -> MutexGuard<'_, Option<BookRules>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

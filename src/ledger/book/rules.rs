//! What the owner of a book has decided that every posting keeps to: which periods are closed, and which entries later than the clock are
//! accepted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::facts::{BookChange, BookEvent, ClosedPeriods, Hash, Instant, Sequence};
use crate::store::{Store, StoreError};

/// The decisions up to the newest one.
#[derive(Clone, Debug, Default)]
pub(crate) struct BookRules {
    pub(crate) closed_periods: Arc<ClosedPeriods>,
    /// Entries of accounts up to here are accepted, however far ahead of the clock they are.
    pub(crate) accepted_until: Option<Instant>,
    /// The newest decision. Its hash covers all before it.
    newest: Option<(Sequence, Hash)>,
}

impl BookRules {
    /// The place of the newest decision, below every place where there is none.
    pub(crate) fn newest(&self) -> Sequence {
        self.newest.map_or(Sequence::UNASSIGNED, |(sequence, _)| sequence)
    }

    fn take(&mut self, events: &[BookEvent]) {
        for event in events {
            match event.change {
                BookChange::Period { period, action } => {
                    Arc::make_mut(&mut self.closed_periods).apply(period, action);
                }
                BookChange::ClockAccepted { until } => self.accepted_until = self.accepted_until.max(Some(until)),
                BookChange::ScheduleAdded { .. }
                | BookChange::ScheduleCancelled { .. }
                | BookChange::CurrencyRegistered { .. } => {}
            }
        }
        if let Some(last) = events.last() {
            self.newest = Some((last.sequence, last.hash));
        }
    }
}

/// The decisions as they were read last, so that a posting reads only what is new.
#[derive(Debug, Default)]
pub(crate) struct KnownRules(Mutex<Option<BookRules>>);

impl KnownRules {
    /// As they were read last. The caller checks that there are no newer ones.
    pub(crate) fn last_read(&self) -> Option<BookRules> {
        self.lock().clone()
    }

    /// As they are. Read behind the lock of an account, so that none can be made before the transaction ends.
    pub(crate) fn read(&self, store: &mut dyn Store) -> Result<BookRules, StoreError> {
        let mut rules = self.last_read().unwrap_or_default();
        let mut events = store.list_rule_events(rules.newest())?;
        if let Some(newest) = rules.newest {
            // As if a backup had been put in the book's place, it can have another history by now.
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

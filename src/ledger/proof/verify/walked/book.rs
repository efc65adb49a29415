//! The chain of the book's own events, as a walk recomputes it.

use std::collections::BTreeMap;

use crate::facts::{BookChange, BookEvent, ClosedPeriods, CurrencyName, Hash, Instant};
use crate::money::{Currency, CurrencyCode};

/// The chain of the book's own events, as the walk has recomputed it so far.
pub(in crate::ledger) struct WalkedBook {
    /// The number of the newest event; 0 before the first.
    pub(in crate::ledger) number: i64,
    pub(in crate::ledger) recorded_at: Option<Instant>,
    pub(in crate::ledger) head: Hash,
    pub(in crate::ledger) closed: ClosedPeriods,
    /// How many schedules were added.
    pub(in crate::ledger) schedules: u64,
    /// How many refusals and skips of dues were recorded.
    pub(in crate::ledger) of_dues: u64,
    /// The currencies that were registered.
    pub(in crate::ledger) currencies: BTreeMap<CurrencyCode, (Currency, CurrencyName)>,
}

impl Default for WalkedBook {
    fn default() -> Self {
        Self {
            number: 0,
            recorded_at: None,
            head: BookEvent::FIRST_HEAD,
            closed: ClosedPeriods::default(),
            schedules: 0,
            of_dues: 0,
            currencies: BTreeMap::new(),
        }
    }
}

impl WalkedBook {
    /// Applies a change, and returns whether it changed anything.
    pub(in crate::ledger) fn take(&mut self, change: &BookChange) -> bool {
        match change {
            BookChange::Period { period, action } => self.closed.apply(*period, *action),
            BookChange::ScheduleAdded { .. } => {
                self.schedules += 1;
                true
            }
            BookChange::DueRefused(_) | BookChange::DueSkipped(_) => {
                self.of_dues += 1;
                true
            }
            BookChange::CurrencyRegistered { currency, name } => {
                self.currencies.insert(currency.code(), (*currency, name.clone())).is_none()
            }
            BookChange::ScheduleCancelled { .. } | BookChange::ClockAccepted { .. } => true,
        }
    }
}

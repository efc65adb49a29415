//! Which periods are closed, after the events of a book.

use std::collections::BTreeSet;

use crate::facts::book_event::{BookChange, BookEvent};
use crate::facts::instant::Instant;
use crate::facts::period::{Period, Unit};
use crate::facts::period_action::PeriodAction;

/// The periods that are closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedPeriods(BTreeSet<Period>);

impl ClosedPeriods {
    /// What events come to, in their order. Those of other kinds change nothing.
    #[must_use]
    pub fn after<'a>(events: impl IntoIterator<Item = &'a BookEvent>) -> Self {
        let mut closed = Self::default();
        for event in events {
            if let BookChange::Period { period, action } = event.change {
                closed.apply(period, action);
            }
        }
        closed
    }

    /// Closes or reopens a period, and says whether that changed anything.
    pub fn apply(&mut self, period: Period, action: PeriodAction) -> bool {
        match action {
            PeriodAction::Close => self.0.insert(period),
            PeriodAction::Reopen => self.0.remove(&period),
        }
    }

    /// The widest closed period that a moment lies in.
    #[must_use]
    pub fn find(&self, at: Instant) -> Option<Period> {
        if self.0.is_empty() {
            return None;
        }
        Unit::WIDEST_FIRST.into_iter().map(|unit| unit.around(at.date())).find(|period| self.0.contains(period))
    }

    /// The widest closed period that another one is a part of.
    #[must_use]
    pub fn find_around(&self, part: Period) -> Option<Period> {
        let wider = Unit::WIDEST_FIRST.into_iter().take_while(|unit| *unit < part.unit);
        wider.map(|unit| unit.around(part.first_day)).find(|period| self.0.contains(period))
    }

    /// The closed periods that are parts of another one.
    pub fn find_parts(&self, whole: Period) -> impl Iterator<Item = Period> {
        self.iter().filter(move |part| part.unit > whole.unit && whole.unit.around(part.first_day) == whole)
    }

    /// All of them, by their first days.
    pub fn iter(&self) -> impl Iterator<Item = Period> {
        self.0.iter().copied()
    }
}

//! Closing and reopening periods of effective time.

use crate::error::Error;
use crate::facts::{BookEvent, ClosedPeriods, Instant, Signature};
use crate::judging::change_period;
use crate::ledger::Ledger;
use crate::ledger::book::events::append_book_event;
use crate::ledger::log;
use crate::ledger::write_options::WriteOptions;
use crate::requests::PeriodChange;
use crate::store::Access;

impl Ledger {
    /// Closes a period that is over, or reopens it, and returns the record of it; `None` if nothing changed. Waits for the writes that are under
    /// way, so that everything posted later sees the change.
    ///
    /// # Errors
    /// [`Rejection::PeriodNotOver`](crate::rejection::Rejection::PeriodNotOver), `PeriodClosedWithin`, `ClockBehind`;
    /// [`Error::Store`], with `Denied` for a role that is not the book's owner.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::PeriodAction;
    /// use teller::requests::PeriodChange;
    ///
    /// let close = PeriodChange::new("2020".parse()?, PeriodAction::Close, "accounting".parse()?);
    /// assert!(ledger.change_period(&close, Mode::Commit)?.is_some());
    /// assert!(ledger.change_period(&close, Mode::Commit)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change_period(
        &self,
        change: &PeriodChange,
        options: impl Into<WriteOptions>,
    ) -> Result<Option<BookEvent>, Error> {
        let mode = options.into().mode;
        let event = self.pool.transaction(Access::Alone, |store| {
            let (closed, time) = (ClosedPeriods::after(&store.list_period_events()?), self.book_time());
            let Some(changed) = change_period(change, closed, time.reading.now)? else { return Ok(None) };
            let signature = Signature { actor: change.actor.clone(), reason: change.reason.clone() };
            Ok(Some(append_book_event(store, changed, signature, time, mode)?))
        })?;
        log::changed("period", event.is_some(), mode);
        Ok(event)
    }

    /// Returns the periods that were closed at a moment. `None` is now.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// # use teller::Mode;
    /// # use teller::facts::PeriodAction;
    /// # use teller::requests::PeriodChange;
    /// # let close = PeriodChange::new("2020".parse()?, PeriodAction::Close, "accounting".parse()?);
    /// ledger.change_period(&close, Mode::Commit)?;
    /// assert!(ledger.closed_periods(None)?.find("2020-07-01T00:00:00Z".parse()?).is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn closed_periods(&self, known_at: Option<Instant>) -> Result<ClosedPeriods, Error> {
        let known_at = known_at.unwrap_or(Instant::MAX);
        let events = self.period_events()?;
        Ok(ClosedPeriods::after(events.iter().filter(|event| event.recorded_at <= known_at)))
    }

    /// Returns every closing and reopening of a period, oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// # use teller::Mode;
    /// # use teller::facts::PeriodAction;
    /// # use teller::requests::PeriodChange;
    /// # let close = PeriodChange::new("2020".parse()?, PeriodAction::Close, "accounting".parse()?);
    /// ledger.change_period(&close, Mode::Commit)?;
    /// assert_eq!(ledger.period_events()?.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn period_events(&self) -> Result<Vec<BookEvent>, Error> {
        self.pool.transaction(Access::Read, |store| Ok(store.list_period_events()?))
    }
}

//! Entries that are later than the book's clock, and the owner's acceptance of them.

use std::time::Duration;

use crate::error::Error;
use crate::facts::{Actor, BookChange, BookEvent, Description, Instant, Signature};
use crate::ledger::Ledger;
use crate::ledger::book::events::append_book_event;
use crate::ledger::write_options::WriteOptions;
use crate::store::{Access, Store, StoreError};

/// How far beyond the latest entry an acceptance reaches. Every following entry takes one microsecond, so there is room for 86 billion
/// entries of one account.
const ACCEPTED_BEYOND: Duration = Duration::from_hours(24);

/// How far the entries of a book are ahead of its clock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClockStatus {
    /// The time of the book's clock.
    pub now: Instant,
    /// When the latest entry was recorded; `None` in a book without entries.
    pub latest: Option<Instant>,
    /// How many accounts have a transfer that is later than the clock. Does not count events of accounts and of the book.
    pub accounts_later: u64,
    /// How far an account's newest entry may be ahead of the clock without an acceptance.
    pub lead_max: Duration,
    /// The owner's newest acceptance.
    pub accepted: Option<BookEvent>,
}

impl ClockStatus {
    pub(in crate::ledger) fn read(store: &mut dyn Store, now: Instant, lead_max: Duration) -> Result<Self, StoreError> {
        Ok(Self {
            now,
            latest: store.latest_recorded_at()?,
            accounts_later: store.count_accounts_later_than(now)?.unsigned_abs(),
            lead_max,
            accepted: store.find_clock_acceptance()?,
        })
    }

    /// Entries up to this moment are accepted.
    #[must_use]
    pub fn accepted_until(&self) -> Option<Instant> {
        self.accepted.as_ref()?.change.accepted_until()
    }

    /// The time of the latest entry, if it is ahead of the clock by more than `lead_max`.
    #[must_use]
    pub fn too_late(&self) -> Option<Instant> {
        self.latest.filter(|latest| *latest > self.now.after(self.lead_max))
    }

    /// Whether such entries are not accepted, so that their accounts take no more entries.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.too_late().is_some_and(|latest| self.accepted_until().is_none_or(|until| until < latest))
    }

    /// In words, what has entries that are later than the clock.
    #[must_use]
    pub fn who_is_late(&self) -> String {
        match self.accounts_later {
            // Only transfers are counted by account.
            0 => "changes of accounts or of the book".to_owned(),
            1 => "1 account".to_owned(),
            accounts => format!("{accounts} accounts"),
        }
    }

    /// In a sentence, that a wrong clock has made entries.
    #[must_use]
    pub fn describe(&self) -> String {
        let (who, now) = (self.who_is_late(), self.now);
        let latest = self.latest.unwrap_or(now);
        format!("a clock was wrong: {who} have entries up to {latest}, and it is only {now}")
    }
}

impl Ledger {
    /// Compares the entries of the book with its clock. Reads every account.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let status = ledger.clock_status()?;
    /// assert!(status.too_late().is_none() && !status.refuses());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clock_status(&self) -> Result<ClockStatus, Error> {
        self.pool.transaction(Access::Read, |store| Ok(self.clock_status_in(store)?))
    }

    pub(in crate::ledger) fn clock_status_in(&self, store: &mut dyn Store) -> Result<ClockStatus, StoreError> {
        ClockStatus::read(store, self.clock.now(), self.clock_lead_max)
    }

    /// Accepts the entries that are later than the clock, up to one day after the latest of them, and returns the record of it; `None` if there is
    /// nothing to accept. From then on their accounts take entries again, each recorded one microsecond after the one before, until the clock
    /// has caught up. Daily limits, expiry and periods follow the clock all the while.
    ///
    /// # Errors
    /// [`Error::Store`]; `Denied` for a role that is not the book's owner.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    ///
    /// let accepted = ledger.accept_clock(&"owner".parse()?, &"the clock was wrong".parse()?, Mode::Commit)?;
    /// assert_eq!(accepted, None, "no entry is later than the clock");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn accept_clock(
        &self,
        actor: &Actor,
        reason: &Description,
        options: impl Into<WriteOptions>,
    ) -> Result<Option<BookEvent>, Error> {
        let mode = options.into().mode;
        self.pool.transaction(Access::Alone, |store| {
            let time = self.book_time();
            let status = self.clock_status_in(store)?;
            let Some(latest) = status.too_late().filter(|_| status.refuses()) else { return Ok(None) };
            let change = BookChange::ClockAccepted { until: latest.after(ACCEPTED_BEYOND) };
            let signature = Signature { actor: actor.clone(), reason: Some(reason.clone()) };
            append_book_event(store, change, signature, time, mode).map(Some)
        })
    }
}

//! Holds: reading them, and recording their expiry.
//!
//! What belongs here: the state of holds. What does not: placing, capturing and releasing, which are requests like any other and are posted
//! by [`transfers`](crate::ledger::transfers).

mod expiring;
pub(super) mod expiry;
pub(super) mod listing;

use std::collections::{BTreeSet, HashMap};

use crate::error::Error;
use crate::facts::{AccountId, AccountName, Hold, HoldState, Instant, Reference, Sequence, Transfer};
use crate::judging::{Batch, ClockLead, Known};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::posting::writing::write;
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::models::CorruptRow;
use crate::money::{Amount, Currency, Money};
use crate::rejection::Rejection;
use crate::store::{Access, Store, StoreError};

/// The most expiries that one transaction records.
const HOLDS_PER_TRANSACTION: i64 = 1_000;

/// A hold as it stands at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoldStatus {
    /// The hold. If it has expired, nothing is left of it, whether or not its release is recorded.
    pub hold: Hold,
    /// The account that its captures debit.
    pub debit_account: AccountName,
    /// The account that its captures credit.
    pub credit_account: AccountName,
    /// The currency of both.
    pub currency: Currency,
    /// The transfer that placed it, with its key, its actor and what was given with it.
    pub placed: Transfer,
}

impl HoldStatus {
    /// An amount in the hold's currency.
    #[must_use]
    pub const fn money(&self, amount: Amount) -> Money {
        Money::new(amount, self.currency)
    }
}

/// A hold and its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoldHistory {
    /// The hold as it stands now.
    pub status: HoldStatus,
    /// The hold itself, its captures and its release, in order.
    pub transfers: Vec<Transfer>,
}

/// A page of holds, in the order of their sequences, from low to high unless the newest come first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoldPage {
    /// The holds.
    pub holds: Vec<HoldStatus>,
    /// The `from` of the next page; `None` on the last page.
    pub next: Option<Sequence>,
    /// When the first transfer was recorded that was not read any more, where the page has fewer holds than it may because as many were read as
    /// allowed. There may be more behind `next`.
    pub cut_at: Option<Instant>,
}

impl Ledger {
    /// Returns a hold and all its transfers.
    ///
    /// # Errors
    /// [`Rejection::HoldUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::requests::HoldRequest;
    ///
    /// let hotel = ledger.post(HoldRequest::new(support::payment(&ledger, "hotel", "60.00")?), Mode::Commit)?;
    ///
    /// let history = ledger.get_hold(hotel.transfer.id)?;
    /// assert_eq!(history.status.money(history.status.hold.remaining).to_string(), "60.00 EUR");
    /// assert_eq!(history.transfers, [hotel.transfer]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_hold(&self, hold: impl Into<Reference>) -> Result<HoldHistory, Error> {
        let named = hold.into();
        let id = named.id();
        self.pool.transaction(Access::Read, |store| {
            let unknown = || Rejection::HoldUnknown { hold: named.clone() };
            let hold = store.find_holds(&[id])?.pop().ok_or_else(unknown)?;
            let status = self.with_names(store, vec![hold])?.pop();
            let status = status.unwrap_or_else(|| unreachable!("one answer a hold"));
            let transfers = store.hold_transfer_rows(&[id])?.into_iter().map(Transfer::try_from);
            let transfers = transfers.collect::<Result<_, _>>().map_err(StoreError::from)?;
            Ok(HoldHistory { status, transfers })
        })
    }

    /// Returns up to `limit` holds, open or not, from a sequence on, in the order of their sequences.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let page = ledger.list_holds(None, 10)?;
    /// assert!(page.holds.is_empty() && page.next.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_holds(&self, from: Option<Sequence>, limit: u32) -> Result<HoldPage, Error> {
        self.pool.transaction(Access::Read, |store| {
            // One row more than the limit tells where the next page begins.
            let mut holds = store.list_holds(from.unwrap_or(Sequence::UNASSIGNED), i64::from(limit) + 1)?;
            let next = holds.get(limit as usize).map(|hold| hold.sequence);
            holds.truncate(limit as usize);
            Ok(HoldPage { holds: self.with_names(store, holds)?, next, cut_at: None })
        })
    }

    /// Returns all open holds of an account, on either side. A hold that has expired is not open.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::requests::HoldRequest;
    ///
    /// let hotel = ledger.post(HoldRequest::new(support::payment(&ledger, "hotel", "60.00")?), Mode::Commit)?;
    ///
    /// let open = ledger.list_open_holds(&"customers:alice".parse()?)?;
    /// assert_eq!(open[0].hold.id, hotel.transfer.id);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_open_holds(&self, account: &AccountName) -> Result<Vec<HoldStatus>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let account = get_account_in(store, account, self.clock.now())?;
            let holds = store.list_open_holds_of(account.id)?;
            let mut open = self.with_names(store, holds)?;
            open.retain(|status| status.hold.state == HoldState::Open);
            Ok(open)
        })
    }

    /// Returns up to `limit` open holds that expire at `until` or before, the soonest first. Those that have expired already are not open.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::time::Duration;
    /// use teller::Mode;
    /// use teller::requests::{Expiry, HoldRequest};
    ///
    /// let transfer = support::payment(&ledger, "hotel", "60.00")?;
    /// ledger.post(HoldRequest { transfer, expiry: Expiry::After(Duration::from_hours(1)) }, Mode::Commit)?;
    /// let within = |time| ledger.list_expiring_holds(ledger.clock().now().after(time), 10);
    /// assert_eq!(within(Duration::from_hours(2))?.len(), 1);
    /// assert_eq!(within(Duration::from_mins(30))?.len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_expiring_holds(&self, until: Instant, limit: u32) -> Result<Vec<HoldStatus>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let holds = store.list_expired_holds(until, i64::from(limit))?;
            let mut open = self.with_names(store, holds)?;
            open.retain(|status| status.hold.state == HoldState::Open);
            Ok(open)
        })
    }

    /// Records the release of every hold that has expired, and returns their number. Balances do not depend on it: an expired hold no longer
    /// counts as held. Skips holds whose accounts are too far ahead of the clock.
    ///
    /// # Errors
    /// [`Error::Store`]. Releases that were committed before the fault stay.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    ///
    /// assert_eq!(ledger.expire_holds(Mode::Commit)?, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expire_holds(&self, options: impl Into<WriteOptions>) -> Result<u64, Error> {
        let mode = options.into().mode;
        let mut expired = 0;
        while let Some(count) = self.pool.transaction(Access::Write, |store| self.expire_some(store, mode))? {
            expired += count;
            // If none of the expired holds could be released, all of them are on accounts that are ahead of the clock.
            if mode == Mode::DryRun || count == 0 {
                break;
            }
        }
        Ok(expired)
    }

    /// Records the release of some expired holds, and returns their number; `None` if there are no more.
    fn expire_some(&self, store: &mut dyn Store, mode: Mode) -> Result<Option<u64>, Error> {
        let limit = if mode == Mode::DryRun { i64::MAX } else { HOLDS_PER_TRANSACTION };
        let holds = store.list_expired_holds(self.clock.now(), limit)?;
        if mode == Mode::DryRun || holds.is_empty() {
            return Ok((!holds.is_empty()).then_some(holds.len() as u64));
        }
        let account_ids: BTreeSet<_> = holds.iter().flat_map(accounts_of).collect();
        let accounts = store.lock_accounts(&[], &account_ids.into_iter().collect::<Vec<_>>())?;
        // Read again behind the lock: meanwhile others may have captured or released them.
        let holds = store.find_holds(&holds.iter().map(|hold| hold.id).collect::<Vec<_>>())?;
        let rules = self.rules.read(store)?;
        let lead = ClockLead { max: self.clock_lead_max, accepted_until: rules.accepted_until };
        let time = self.clock.read();
        let mut batch = Batch::new(Known { accounts, holds, lead, ..Known::default() }, time.now);
        batch.expire_all();
        Ok(Some(write(store, batch, time, self.pool.numbering())?.transfers.len() as u64))
    }

    /// The holds as they stand now.
    pub(in crate::ledger) fn with_names(
        &self,
        store: &mut dyn Store,
        holds: Vec<Hold>,
    ) -> Result<Vec<HoldStatus>, StoreError> {
        let now = self.clock.now();
        let labels = AccountLabels::find(store, holds.iter().flat_map(accounts_of))?;
        let placed = store.find_transfers(&holds.iter().map(|hold| hold.id).collect::<Vec<_>>())?;
        let mut placed: HashMap<_, _> = placed.into_iter().map(|transfer| (transfer.id, transfer)).collect();
        let status = |hold: Hold| {
            let lost = || CorruptRow::new("holds", hold.sequence, "id", hold.id);
            let placed = placed.remove(&hold.id).ok_or_else(lost)?;
            let label = |id| labels.get(id, "holds", hold.sequence);
            let (debit, credit) = (label(hold.debit_account_id)?, label(hold.credit_account_id)?);
            let state = hold.state_at(now);
            let remaining = if state == HoldState::Open { hold.remaining } else { Amount::ZERO };
            Ok(HoldStatus {
                hold: Hold { remaining, state, ..hold },
                debit_account: debit.name.clone(),
                credit_account: credit.name.clone(),
                currency: debit.currency,
                placed,
            })
        };
        holds.into_iter().map(status).collect()
    }
}

const fn accounts_of(hold: &Hold) -> [AccountId; 2] {
    [hold.debit_account_id, hold.credit_account_id]
}

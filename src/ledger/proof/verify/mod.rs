//! Proving a book: one walk over all transfers in order, recomputing everything that Teller ever wrote about them.

mod account;
mod book_events;
mod currencies;
mod events;
mod guards;
mod holds;
mod ids;
mod pages;
mod reversals;
mod schedules;
mod sealed;
mod walk;
mod walked;

use bigdecimal::BigDecimal;
use serde::Serialize;

use crate::error::Error;
use crate::facts::Sequence;
use crate::ledger::Ledger;
use crate::ledger::book::clock::ClockStatus;

pub(in crate::ledger) use crate::ledger::proof::verify::currencies::ExpectedCurrencies;
pub(in crate::ledger) use crate::ledger::proof::verify::holds::{apply_to_hold, opened_hold};
pub(in crate::ledger) use crate::ledger::proof::verify::reversals::Reversed;
pub(in crate::ledger) use crate::ledger::proof::verify::schedules::{
    ScheduleEvents, ScheduleWalk, problem_with_transfer,
};
pub(in crate::ledger) use crate::ledger::proof::verify::walk::Walk;
pub(in crate::ledger) use crate::ledger::proof::verify::walked::Walked;
use crate::money::CurrencyCode;
use crate::proof::Seal;
use crate::store::{Access, Store, StoreError};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingCode {
    /// Rows that Teller did not write that way.
    History,
    /// An index that does not find what its table has.
    Index,
    /// A trigger, check, key or index that is not as the migrations made it: it can let such rows in.
    Guard,
}

teller_ledger_core::words!(FindingCode {
    History = "history",
    Index = "index",
    Guard = "guard",
});

/// Something in the book that Teller did not write that way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub code: FindingCode,
    /// The transfer where it shows, if it shows at one.
    pub sequence: Option<Sequence>,
    /// The account, if it is about one: its name, or its number where that is all there is.
    pub account: Option<String>,
    /// What is wrong, with what was found and what should be there.
    pub problem: String,
}

/// The sums of a currency over all accounts. A whole book's debits equal its credits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyTotals {
    /// The currency.
    pub currency: CurrencyCode,
    /// All posted debits.
    pub debits: BigDecimal,
    /// All posted credits.
    pub credits: BigDecimal,
}

/// What a verification came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many transfers were recomputed.
    pub transfers: u64,
    /// How many accounts were compared.
    pub accounts: u64,
    /// The sums of what was recomputed, by currency.
    pub totals: Vec<CurrencyTotals>,
    /// What is wrong, in the order of the book: the first is where it began. At most 100.
    pub findings: Vec<Finding>,
    /// How many findings there are in all.
    pub finding_count: u64,
    /// How the entries stand to the book's clock: ones that are later are no fault of the book, but of a clock. `None` where only one account
    /// was verified.
    pub clock: Option<ClockStatus>,
}

/// How far a verification has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress {
    /// The place of the last transfer that was read.
    pub sequence: i64,
    /// The newest place in the book.
    pub newest: i64,
}

impl Ledger {
    /// Recomputes the whole book, as it stood at one moment, and compares the result with what is stored: every hash, version, pointer and balance;
    /// the limits and states of accounts with the record of their changes; holds and reversals with their transfers; schedules with their hashes
    /// and dues; and the sums of every currency. Does not block anyone.
    ///
    /// # Errors
    /// [`Error::Store`]. Anything wrong with the book is a finding in the report, not an error.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let report = ledger.verify(&mut |progress| println!("{} of {}", progress.sequence, progress.newest))?;
    /// assert!(report.findings.is_empty());
    /// assert_eq!(report.totals[0].debits, report.totals[0].credits);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(&self, progress: &mut dyn FnMut(VerifyProgress)) -> Result<VerifyReport, Error> {
        let verified = self.pool.transaction(Access::Read, |store| self.verify_in(store, None, progress));
        verified.or_else(|error| self.report_of_fault(error))
    }

    /// A book that cannot be walked to its end is wrong where a row is not one that Teller writes, or where its tables are not those that the
    /// migrations made. Any other fault stays one.
    fn report_of_fault(&self, error: Error) -> Result<VerifyReport, Error> {
        let Error::Store(fault @ (StoreError::Corrupt(_) | StoreError::Statement { .. })) = &error else {
            return Err(error);
        };
        let mut walk = Walk::new(self.walk_bytes_max);
        self.pool.transaction(Access::Read, |store| walk.compare_guards(store))?;
        if walk.first_finding().is_none() && matches!(fault, StoreError::Statement { .. }) {
            return Err(error);
        }
        walk.add_finding(None, None, format!("the book cannot be verified any further: {fault}"));
        Ok(walk.report())
    }

    pub(in crate::ledger) fn verify_in(
        &self,
        store: &mut dyn Store,
        seal: Option<&Seal>,
        progress: &mut dyn FnMut(VerifyProgress),
    ) -> Result<VerifyReport, Error> {
        let mut walk = Walk::new(self.walk_bytes_max);
        walk.open_accounts(store)?;
        let mut walk = match seal {
            None => walk.recompute_all(store, progress)?,
            Some(seal) => walk.recompute_sealed(store, seal, progress)?,
        };
        walk.compare_holds(store)?;
        walk.compare_schedules(store)?;
        walk.compare_currencies(store)?;
        walk.compare_accounts(store)?;
        walk.compare_guards(store)?;
        if self.proves_indexes {
            walk.prove_ids(store)?;
            walk.prove_indexes(store)?;
        }
        let report = VerifyReport { clock: Some(self.clock_status_in(store)?), ..walk.report() };
        tracing::info!(report.transfers, report.accounts, findings = report.finding_count, "the book was verified");
        Ok(report)
    }
}

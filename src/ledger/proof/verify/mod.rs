//! Proving a book: one walk over all transfers in order, which recomputes everything that Teller has written about them.

mod account;
mod book_events;
mod currencies;
mod due_events;
mod events;
mod guards;
mod holds;
mod ids;
mod pages;
mod report;
mod reversals;
mod schedules;
mod sealed;
mod transfer;
mod walk;
mod walked;

use crate::error::Error;
use crate::ledger::Ledger;

pub(in crate::ledger) use crate::ledger::proof::verify::currencies::ExpectedCurrencies;
pub(in crate::ledger) use crate::ledger::proof::verify::due_events::DueEvents;
pub(in crate::ledger) use crate::ledger::proof::verify::holds::{apply_to_hold, opened_hold};
pub use crate::ledger::proof::verify::report::{CurrencyTotals, Finding, FindingCode, VerifyProgress, VerifyReport};
pub(in crate::ledger) use crate::ledger::proof::verify::reversals::Reversed;
pub(in crate::ledger) use crate::ledger::proof::verify::schedules::{
    ScheduleEvents, ScheduleWalk, problem_with_transfer,
};
pub use crate::ledger::proof::verify::transfer::TransferCheck;
pub(in crate::ledger) use crate::ledger::proof::verify::walk::Walk;
pub(in crate::ledger) use crate::ledger::proof::verify::walked::{Walked, WalkedBook};
use crate::proof::Seal;
use crate::store::{Access, Store, StoreError};

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

    /// Makes a report of a fault that ended the walk, if it shows that the book is wrong: a corrupt row, or a refused statement in a book
    /// whose guards are damaged. Any other fault is returned as it is.
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

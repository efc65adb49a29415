//! Reports: what accounts had at some moments, what moved between them, and the reports that finance people know.
//!
//! There is one query, [`Ledger::balance_table`], in one snapshot. The trial balance, the balance sheet and the income statement are pure
//! views of its answer, so they cannot disagree. [`Ledger::trial_balance`] and its like know which bounds a report needs, and whether its sides
//! agree. What does not belong here: how a report is asked for in words, and how it is shown.

pub(super) mod bound;
pub(super) mod calendar;
mod cost;
mod reading;
pub(super) mod report;
pub(super) mod request;
mod selection;
pub(super) mod sheets;
pub(super) mod table;
pub(super) mod trial_balance;
pub(super) mod valuation;
mod window;

use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::reports::bound::Bound;
use crate::ledger::reports::reading::Reading;
use crate::ledger::reports::request::TableRequest;
use crate::ledger::reports::selection::Selection;
use crate::ledger::reports::table::BalanceTable;
use crate::store::Access;

impl Ledger {
    /// What accounts had at some places in time, and what moved between them, per currency, in one snapshot and exactly. Transfers are
    /// read one by one and kept as sums. `progress` is told how many transfers were read so far.
    ///
    /// It reads what was recorded in the span, either from the whole book or down the accounts' own chains. Then it reads what counts in the
    /// span and was recorded at another time. Where most do, it reads the whole book instead.
    ///
    /// # Errors
    /// [`InputError::Report`](crate::error::InputError::Report) for a depth of 0, a prefix that no account has, and a table of more than a
    /// million cells; [`Rejection::CurrencyUnknown`](crate::rejection::Rejection::CurrencyUnknown); [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::TableRequest;
    ///
    /// let request = TableRequest { depth: Some(1), ..Default::default() };
    /// let table = ledger.balance_table(&request, &mut |_| {})?;
    /// let rows: Vec<_> = table.rows.iter().map(|row| (row.path.as_str(), row.accounts)).collect();
    /// assert_eq!(rows, [("cash", 1), ("customers", 2)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn balance_table(&self, request: &TableRequest, progress: &mut dyn FnMut(u64)) -> Result<BalanceTable, Error> {
        let mut bounds = request.bounds.clone();
        bounds.sort_unstable();
        bounds.dedup();
        if bounds.is_empty() {
            bounds.push(Bound::END);
        }
        self.pool.transaction(Access::Read, |store| {
            let mut table = BalanceTable::new(bounds.clone());
            let selection = Selection::read(store, request, &mut table, self.clock.now())?;
            Reading::run(store, request, &selection, &mut table, progress)?;
            table.rows.sort_by(|a, b| {
                let key = |row: &table::BalanceRow| (row.currency.code(), row.account_type.as_str());
                key(a).0.cmp(&key(b).0).then_with(|| a.path.cmp(&b.path)).then_with(|| key(a).1.cmp(key(b).1))
            });
            Ok(table)
        })
    }
}

//! Dues that were refused and are to be tried again.

use crate::error::Error;
use crate::facts::{Due, Instant, ScheduleId};
use crate::ledger::Ledger;
use crate::ledger::schedules::runs::SettledDue;
use crate::ledger::schedules::with_names;
use crate::store::{Access, DueKey};

/// The moment and the schedule of a due, by which all dues are in order.
pub type DuePlace = (Instant, ScheduleId);

/// A page of refused dues.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedPage {
    /// The dues that can be read.
    pub dues: Vec<SettledDue>,
    /// The `behind` of the next page; `None` on the last page.
    pub next: Option<DuePlace>,
}

impl Ledger {
    /// Returns up to `limit` dues that were refused and are to be tried again, in the order of their moments and schedules, behind one of them. A
    /// row that cannot be read is left out; `verify` finds it.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let page = ledger.list_refused_dues(None, 10)?;
    /// assert!(page.dues.is_empty() && page.next.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_refused_dues(&self, behind: Option<DuePlace>, limit: u32) -> Result<RefusedPage, Error> {
        self.pool.transaction(Access::Read, |store| {
            let key = |(due_at, schedule_id)| DueKey { due_at, schedule_id };
            let rows = store.refused_due_rows(behind.map_or(DueKey::FIRST, key), i64::from(limit))?;
            let is_last = rows.len() < limit as usize;
            let last = rows.last().and_then(|row| Some((row.due_at.instant()?, ScheduleId(row.schedule_id.id()?))));
            let dues: Vec<_> = rows.into_iter().flat_map(Due::try_from).collect();
            let schedules = store.find_schedules(&dues.iter().map(|due| due.schedule_id).collect::<Vec<_>>())?;
            let schedules = with_names(store, schedules)?;
            let settled = dues.into_iter().filter_map(|due| {
                let status = schedules.iter().find(|status| status.schedule.id == due.schedule_id)?;
                let (debit_account, credit_account) = (status.debit_account.clone(), status.credit_account.clone());
                Some(SettledDue { due, debit_account, credit_account, money: status.money() })
            });
            Ok(RefusedPage { dues: settled.collect(), next: last.filter(|_| !is_last) })
        })
    }
}

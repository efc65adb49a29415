//! Open holds in the order in which they end by themselves.

use crate::error::Error;
use crate::facts::{Instant, Sequence};
use crate::ledger::Ledger;
use crate::ledger::holds::HoldStatus;
use crate::store::Access;

impl Ledger {
    /// Returns up to `limit` holds that are open, or expired without a record of it, and expire up to `until`: those behind a moment and a sequence,
    /// in the order of both. The moment and the sequence of the last one are where the next page begins.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::time::Duration;
    /// use teller::Mode;
    /// use teller::facts::Sequence;
    /// use teller::requests::{Expiry, HoldRequest};
    ///
    /// let transfer = support::payment(&ledger, "hotel", "60.00")?;
    /// ledger.post(HoldRequest { transfer, expiry: Expiry::After(Duration::from_hours(1)) }, Mode::Commit)?;
    /// let now = ledger.clock().now();
    /// let within = |time| ledger.list_holds_by_expiry((now, Sequence::UNASSIGNED), now.after(time), 10);
    /// assert_eq!(within(Duration::from_hours(2))?.len(), 1);
    /// assert_eq!(within(Duration::from_mins(30))?.len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_holds_by_expiry(
        &self,
        behind: (Instant, Sequence),
        until: Instant,
        limit: u32,
    ) -> Result<Vec<HoldStatus>, Error> {
        self.pool.transaction(Access::Read, |store| {
            let holds = store.list_expiring_holds(behind, until, i64::from(limit))?;
            Ok(self.with_names(store, holds)?)
        })
    }
}

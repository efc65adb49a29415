//! The whole book, or a span of it, as a journal that other accounting programs check.
//!
//! A journal has the transfers that moved value, in the order in which they count: by effective time, then by sequence. Each tells what both
//! of its accounts have then. Holds and releases move nothing, so they are not in it. At its end stands what each account has, as the book
//! says it: not what the journal adds up to. What does not belong here: how a journal is spelled, which is in `interchange`.

mod accounts;
mod day;
mod record;
mod walk;

use std::ops::ControlFlow;

use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::transport::journals::walk::Walk;
use crate::store::{Access, Store};

pub use crate::ledger::transport::journals::day::Day;
pub use crate::ledger::transport::journals::record::{
    BalancesOf, JournalAccount, JournalBalance, JournalCounts, JournalHeader, JournalPart, JournalSide, JournalSink,
    JournalSpan, JournalTransfer,
};

impl Ledger {
    /// Hands out the book, or a span of it by effective time, as a journal that other accounting programs check: one snapshot, in bounded
    /// memory. Nobody is held up meanwhile. `progress` is told how many transfers were written so far; returns `None` where it broke the
    /// export off.
    ///
    /// A journal of the whole book ends with the balances that the book has, so that an auditor compares them with all transfers.
    ///
    /// # Errors
    /// [`InputError::Journal`](crate::error::InputError::Journal) for two accounts that the journal would spell alike, for what its format
    /// cannot say, and for more accounts than fit [memory](Self::with_walk_memory); [`InputError::Span`](crate::error::InputError::Span) for
    /// a span that ends before it begins; [`Error::File`] where the sink fails; [`Error::Store`], `Corrupt` for balances that are not what
    /// the transfers come to.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use std::ops::ControlFlow;
    /// use teller::interchange::{JournalFormat, JournalWriter};
    /// use teller::ledger::JournalSpan;
    ///
    /// let mut writer = JournalWriter::new(JournalFormat::Hledger, Vec::new(), |text| Ok(text.clear()));
    /// ledger.export_journal(JournalSpan::WHOLE, &mut writer, &mut |_| ControlFlow::Continue(()))?;
    /// let text = String::from_utf8(writer.into_inner())?;
    /// assert!(text.contains("account Liabilities:Customers:Alice\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn export_journal(
        &self,
        span: JournalSpan,
        sink: &mut dyn JournalSink,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<JournalCounts>, Error> {
        span.check()?;
        let now = self.clock.now();
        let mut is_begun = false;
        self.pool.transaction(Access::Read, |store: &mut dyn Store| {
            if std::mem::replace(&mut is_begun, true) {
                sink.restart().map_err(|source| Error::File { doing: "begin the journal anew".into(), source })?;
            }
            Walk::begin(store, span, now, self.walk_bytes_max)?.run(store, sink, progress)
        })
    }
}

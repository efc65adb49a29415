//! The list of journals.

use crate::error::Error;
use crate::facts::{Actor, Instant, Key, Sequence, Transfer, TransferId};
use crate::ledger::Ledger;
use crate::ledger::transfers::filter::{JournalFilter, ListPage, check_span};
use crate::ledger::transfers::walks::{BookSpan, Walk, Walked};
use crate::store::Access;

/// A journal, without its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSummary {
    /// Its id.
    pub id: TransferId,
    /// The text that the id was made from.
    pub key: Option<Key>,
    /// How many transfers it made.
    pub transfers: u64,
    /// The sequence of the first of them.
    pub sequence: Sequence,
    /// When the ledger took the first of them.
    pub recorded_at: Instant,
    /// Who asked for it.
    pub actor: Actor,
}

/// A page of journals, newest first: in the order of the sequences of their first transfers, from high to low.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalPage {
    /// The journals.
    pub journals: Vec<JournalSummary>,
    /// The `from` of the next, older page; `None` on the last page.
    pub next: Option<Sequence>,
    /// Whether the page has fewer journals than it may, because as many transfers were read as allowed. There may be more behind `next`.
    pub is_cut: bool,
}

impl Ledger {
    /// Returns a page of the journals to which a filter applies, newest first. It reads the book as [`Ledger::list_transfers`] does without an
    /// account.
    ///
    /// # Errors
    /// [`InputError::Span`](crate::error::InputError::Span) if the span ends before it begins; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::TransferId;
    /// use teller::ledger::{JournalFilter, ListPage};
    /// use teller::requests::JournalRequest;
    ///
    /// let order = TransferId::from_key("order 7")?;
    /// let legs = vec![support::payment(&ledger, "price", "50.00")?.into()];
    /// ledger.post_journal(&JournalRequest::new(order, legs), Mode::Commit)?;
    /// let page = ledger.list_journals(&JournalFilter::default(), ListPage::default())?;
    /// assert_eq!((page.journals[0].id, page.journals[0].transfers), (order, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_journals(&self, filter: &JournalFilter, page: ListPage) -> Result<JournalPage, Error> {
        check_span(filter.from, filter.to)?;
        self.pool.transaction(Access::Read, |store| {
            let span = BookSpan { from: filter.from, to: filter.to, lead_max: self.clock_lead_max };
            let walk = Walk::down_book(store, page.from, &span)?;
            // The first transfer of a journal has the journal's id.
            let is_first = |transfer: &Transfer| transfer.journal_id == Some(transfer.id.0);
            let choose = |transfer: &Transfer| is_first(transfer) && filter.applies_to(transfer);
            let found = walk.find(store, page, |_, transfers| Ok(transfers.iter().map(choose).collect()))?;
            let Walked { transfers, next, is_cut } = found;
            let ids: Vec<_> = transfers.iter().map(|transfer| transfer.id.0).collect();
            let counts = store.count_transfers_of_journals(&ids)?;
            let count = |id: TransferId| counts.get(&id.0).copied().unwrap_or_default();
            let journals = transfers.into_iter().map(|first| summary(count(first.id), first)).collect();
            Ok(JournalPage { journals, next, is_cut })
        })
    }
}

fn summary(transfers: u64, first: Transfer) -> JournalSummary {
    let Transfer { id, key, sequence, recorded_at, actor, .. } = first;
    JournalSummary { id, key, transfers, sequence, recorded_at, actor }
}

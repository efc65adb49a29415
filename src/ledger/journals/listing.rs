//! The list of journals.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::Error;
use crate::facts::{Account, Actor, Description, Instant, Key, Metadata, Sequence, Transfer, TransferId};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::transfers::by_metadata::walk_by_metadata;
use crate::ledger::transfers::filter::{JournalFilter, ListPage};
use crate::ledger::transfers::listing::{check_cursor, choose_by_metadata};
use crate::ledger::transfers::spans::{BookSpan, Start};
use crate::ledger::transfers::walks::{Walk, Walked};
use crate::store::{Access, Rare, Store};

/// A journal, without its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// When it counts for the books, as its first transfer says.
    pub effective_at: Instant,
    /// Who asked for it.
    pub actor: Actor,
    /// The text that was given with it.
    pub description: Option<Description>,
    /// What was given with its first transfer for programs to keep.
    pub metadata: Metadata,
}

/// A page of journals, in the order of the sequences of their first transfers: from high to low, unless the oldest come first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalPage {
    /// The journals.
    pub journals: Vec<JournalSummary>,
    /// The `from` of the next page; `None` on the last page.
    pub next: Option<Sequence>,
    /// When the first transfer was recorded that was not read any more, where the page has fewer journals than it may because as many were read as
    /// allowed. There may be more behind `next`.
    pub cut_at: Option<Instant>,
}

impl Ledger {
    /// Returns a page of the journals to which a filter applies, newest first unless it says otherwise. It reads the book as
    /// [`Ledger::list_transfers`] does: a key is found at once, an account along its chain.
    ///
    /// # Errors
    /// [`InputError::Span`](crate::error::InputError::Span) if the span ends before it begins;
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown), `CursorUnknown`; [`Error::Store`].
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
        filter.recorded.check()?;
        self.pool.transaction(Access::Read, |store| {
            let account = match &filter.account {
                Some(name) => Some(get_account_in(store, name, self.clock.now())?),
                None => None,
            };
            let start = Start { from: page.from, order: filter.recorded.order };
            let span = BookSpan { from: filter.recorded.from, to: filter.recorded.to, lead_max: self.clock_lead_max };
            let walk = walk(store, filter, account.as_ref(), start, &span)?;
            let found =
                walk.find(store, page, |store, transfers| choose(store, filter, account.as_ref(), transfers))?;
            let Walked { transfers, next, cut_at } = found;
            let ids: Vec<_> = transfers.iter().filter_map(|transfer| transfer.journal_id).collect();
            let counts = store.count_transfers_of_journals(&ids)?;
            let count = |id: TransferId| counts.get(&id.0).copied().unwrap_or_default();
            let firsts = store.find_transfers(&ids.iter().copied().map(TransferId).collect::<Vec<_>>())?;
            let firsts: HashMap<_, _> = firsts.into_iter().map(|first| (first.id.0, first)).collect();
            let journals = ids.iter().filter_map(|id| firsts.get(id));
            let journals = journals.map(|first| summary(count(first.id), first.clone())).collect();
            Ok(JournalPage { journals, next, cut_at })
        })
    }
}

/// The shortest way to a transfer of each journal to which the filter can apply.
fn walk(
    store: &mut dyn Store,
    filter: &JournalFilter,
    account: Option<&Account>,
    start: Start,
    span: &BookSpan,
) -> Result<Walk, Error> {
    if let Some(key) = &filter.key {
        return Ok(Walk::over(store.find_journals(&[key.id().0])?, start));
    }
    let Some(account) = account else {
        let by_metadata = walk_by_metadata(store, &filter.recorded.metadata, None, (start, span))?;
        return Ok(by_metadata.map_or_else(|| Walk::along_book(store, Some(Rare::JournalFirsts), start, span), Ok)?);
    };
    check_cursor(store, account, start)?;
    // A journal is recorded when its first transfer is. The account's own can be recorded a little later.
    Ok(Walk::along_chain(store, account, start, &span.widened())?)
}

/// Chooses the first transfer of each journal, or the first one of the account.
fn choose(
    store: &mut dyn Store,
    filter: &JournalFilter,
    account: Option<&Account>,
    transfers: &[Transfer],
) -> Result<Vec<bool>, Error> {
    let Some(account) = account else {
        // The first transfer of a journal has the journal's id.
        let is_first = |transfer: &Transfer| transfer.journal_id == Some(transfer.id.0);
        let mut chosen: Vec<_> =
            transfers.iter().map(|transfer| is_first(transfer) && filter.applies_to(transfer)).collect();
        choose_by_metadata(store, &filter.recorded.metadata, transfers, &mut chosen)?;
        return Ok(chosen);
    };
    let ids: BTreeSet<_> = transfers.iter().filter_map(|transfer| transfer.journal_id).collect();
    let legs = store.find_journals(&ids.into_iter().collect::<Vec<_>>())?;
    let firsts: Vec<_> = legs.iter().filter(|leg| leg.journal_id == Some(leg.id.0)).cloned().collect();
    let mut applies: Vec<_> = firsts.iter().map(|first| filter.applies_to(first)).collect();
    choose_by_metadata(store, &filter.recorded.metadata, &firsts, &mut applies)?;
    let wanted: BTreeSet<_> =
        firsts.iter().zip(applies).filter(|(_, applies)| *applies).filter_map(|(first, _)| first.journal_id).collect();
    // Of several transfers of the account in one journal the first stands for all.
    let mut chosen = BTreeMap::new();
    for leg in legs.iter().filter(|leg| leg.entry_of(account.id).is_some()) {
        let first = chosen.entry(leg.journal_id).or_insert(leg.sequence);
        *first = leg.sequence.min(*first);
    }
    let is_chosen = |transfer: &Transfer| {
        transfer.journal_id.is_some_and(|id| wanted.contains(&id))
            && chosen.get(&transfer.journal_id) == Some(&transfer.sequence)
    };
    Ok(transfers.iter().map(is_chosen).collect())
}

fn summary(transfers: u64, first: Transfer) -> JournalSummary {
    let Transfer { id, key, sequence, recorded_at, effective_at, actor, description, metadata, .. } = first;
    JournalSummary { id, key, transfers, sequence, recorded_at, effective_at, actor, description, metadata }
}

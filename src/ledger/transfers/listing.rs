//! Lists of transfers, and one transfer in detail.

use crate::error::Error;
use crate::facts::{Account, Instant, Key, Metadata, Reference, Sequence, Transfer};
use crate::ledger::Ledger;
use crate::ledger::accounts::get_account_in;
use crate::ledger::accounts::labels::AccountLabels;
use crate::ledger::holds::HoldStatus;
use crate::ledger::journals::with_names;
use crate::ledger::posting::receipts::Posted;
use crate::ledger::transfers::by_metadata::walk_by_metadata;
use crate::ledger::transfers::filter::{ListPage, TransferFilter, check_amounts, has_all};
use crate::ledger::transfers::named::get_named_transfer;
use crate::ledger::transfers::spans::{BookSpan, Start};
use crate::ledger::transfers::walks::{Walk, Walked, transfers};
use crate::rejection::Rejection;
use crate::store::{Access, Rare, Store, StoreError};

/// A page of transfers, in the order of their sequences: from high to low, unless the oldest come first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferPage {
    /// The transfers.
    pub transfers: Vec<Posted>,
    /// The `from` of the next page; `None` on the last page.
    pub next: Option<Sequence>,
    /// When the first transfer was recorded that was not read any more, where the page has fewer transfers than it may because as many were read as
    /// allowed. There may be more behind `next`.
    pub cut_at: Option<Instant>,
}

/// A transfer, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferDetails {
    /// The transfer.
    pub posted: Posted,
    /// How many transfers its journal has, if it is part of one.
    pub journal_transfers: Option<u64>,
    /// The hold that it is about, as it stands now.
    pub hold: Option<HoldStatus>,
    /// The transfer that it undoes.
    pub reversed: Option<Posted>,
    /// The transfers that undo it, in the order of their sequences.
    pub reversals: Vec<Posted>,
}

impl Ledger {
    /// Returns a page of the transfers to which a filter applies, newest first unless it says otherwise. Whatever is posted later is newer
    /// than every page, except for transfers that were being committed while a page was read.
    ///
    /// A page reads at most [`ListPage::reads_max`] transfers. A key, a journal, a hold or a reversed transfer is found through its index,
    /// metadata through one that was [declared](Ledger::add_metadata_index), an account through its chain. Without any of them the whole book is read from its newest or oldest transfer on, or from an end of the
    /// span. A transfer that was recorded while the clock was wrong by more than the book's bound can then be missing from a span; by its
    /// account it is always found.
    ///
    /// # Errors
    /// [`InputError::Span`](crate::error::InputError::Span) if the span ends before it begins, [`InputError::AmountSpan`](crate::error::InputError::AmountSpan); [`Rejection::AccountUnknown`],
    /// `JournalUnknown`, `HoldUnknown`, `TransferUnknown`, `JournalNamed`; [`Rejection::CursorUnknown`] if the page begins with a transfer of
    /// another account; [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::ledger::{ListPage, TransferFilter};
    ///
    /// let filter = TransferFilter { account: Some("customers:alice".parse()?), ..TransferFilter::default() };
    /// let page = ledger.list_transfers(&filter, ListPage::default())?;
    /// assert_eq!(page.transfers[0].credit_account.as_str(), "customers:alice");
    /// assert_eq!(page.next, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_transfers(&self, filter: &TransferFilter, page: ListPage) -> Result<TransferPage, Error> {
        filter.recorded.check()?;
        check_amounts(filter.min.as_ref(), filter.max.as_ref())?;
        self.pool.transaction(Access::Read, |store| {
            let account = match &filter.account {
                Some(name) => Some(get_account_in(store, name, self.clock.now())?),
                None => None,
            };
            filter.check_references(store)?;
            let span = BookSpan { from: filter.recorded.from, to: filter.recorded.to, lead_max: self.clock_lead_max };
            let start = Start { from: page.from, order: filter.recorded.order };
            let walk = walk(store, filter, account.as_ref(), start, &span)?;
            let found =
                walk.find(store, page, |store, transfers| choose(store, filter, account.as_ref(), transfers))?;
            let Walked { transfers, next, cut_at } = found;
            Ok(TransferPage { transfers: with_names(store, transfers)?, next, cut_at })
        })
    }

    /// Returns a transfer with its journal, its hold, its reversals, and what it reverses. The key or id of a journal does not name its first
    /// transfer.
    ///
    /// # Errors
    /// [`Rejection::TransferUnknown`], [`Rejection::JournalNamed`], [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// let deposit = ledger.get_transfer_details(ledger.refer("deposit 1")?)?;
    /// assert_eq!(deposit.posted.credit_account.as_str(), "customers:alice");
    /// assert!(deposit.reversals.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_transfer_details(&self, transfer: impl Into<Reference>) -> Result<TransferDetails, Error> {
        let named = transfer.into();
        self.pool.transaction(Access::Read, |store| {
            let transfer = get_named_transfer(store, &named)?;
            let journal_transfers = match transfer.journal_id {
                Some(id) => store.count_transfers_of_journals(&[id])?.get(&id).copied(),
                None => None,
            };
            let holds = transfer.hold_id.map_or_else(|| Ok(Vec::new()), |id| store.find_holds(&[id]))?;
            let hold = self.with_names(store, holds)?.pop();
            let reversed = match transfer.reversed_id {
                Some(id) => store.find_transfers(&[id])?,
                None => Vec::new(),
            };
            let mut reversals = transfers(store.reversal_rows(&[transfer.id])?)?;
            reversals.sort_unstable_by_key(|reversal| reversal.sequence);
            let reversed = with_names(store, reversed)?.pop();
            let reversals = with_names(store, reversals)?;
            let posted = with_names(store, vec![transfer])?.pop();
            let posted = posted.unwrap_or_else(|| unreachable!("one answer a transfer"));
            Ok(TransferDetails { posted, journal_transfers, hold, reversed, reversals })
        })
    }
}

/// The shortest way to all transfers to which the filter can apply.
fn walk(
    store: &mut dyn Store,
    filter: &TransferFilter,
    account: Option<&Account>,
    start: Start,
    span: &BookSpan,
) -> Result<Walk, Error> {
    if let Some(key) = &filter.key {
        return Ok(Walk::over(transfers_of_key(store, key)?, start));
    }
    if let Some(journal) = &filter.journal {
        return Ok(Walk::over(store.find_journals(&[journal.id().0])?, start));
    }
    if let Some(hold) = &filter.hold {
        let rows = store.hold_transfer_rows(&[hold.id()])?;
        return Ok(Walk::over(transfers(rows)?, start));
    }
    if let Some(reversed) = &filter.reversed {
        let rows = store.reversal_rows(&[reversed.id()])?;
        return Ok(Walk::over(transfers(rows)?, start));
    }
    if let Some(walk) = walk_by_metadata(store, &filter.recorded.metadata, account, (start, span))? {
        return Ok(walk);
    }
    let Some(account) = account else {
        return Ok(Walk::along_book(store, filter.kind.and_then(Rare::of_kind), start, span)?);
    };
    check_cursor(store, account, start)?;
    Ok(Walk::along_chain(store, account, start, span)?)
}

/// All that the request with a key made.
fn transfers_of_key(store: &mut dyn Store, key: &Key) -> Result<Vec<Transfer>, StoreError> {
    let mut found = store.find_transfers(&[key.id()])?;
    // A request can have the same id without having said the key.
    found.retain(|transfer| transfer.key.as_ref() == Some(key));
    match found.first() {
        Some(first) if first.journal_id == Some(key.id().0) => store.find_journals(&[key.id().0]),
        Some(_) | None => Ok(found),
    }
}

/// Refuses a page along an account's chain that begins elsewhere.
pub(in crate::ledger) fn check_cursor(store: &mut dyn Store, account: &Account, start: Start) -> Result<(), Error> {
    start.from.map_or(Ok(()), |cursor| check_entry_at(store, account, cursor, |_| true))
}

/// # Errors
/// [`Rejection::CursorUnknown`] if no transfer of the account is at the place, or it is not the one that is meant; [`Error::Store`].
pub(in crate::ledger) fn check_entry_at(
    store: &mut dyn Store,
    account: &Account,
    cursor: Sequence,
    is_meant: impl FnOnce(&Transfer) -> bool,
) -> Result<(), Error> {
    let found = store.find_transfer_at(cursor)?;
    if found.is_some_and(|transfer| transfer.entry_of(account.id).is_some() && is_meant(&transfer)) {
        return Ok(());
    }
    Err(Rejection::CursorUnknown { account: account.name.clone(), cursor }.into())
}

/// Which of the transfers the filter applies to.
pub(in crate::ledger) fn choose(
    store: &mut dyn Store,
    filter: &TransferFilter,
    account: Option<&Account>,
    transfers: &[Transfer],
) -> Result<Vec<bool>, Error> {
    let is_of_account = |transfer: &Transfer| account.is_none_or(|account| transfer.entry_of(account.id).is_some());
    let mut chosen: Vec<_> =
        transfers.iter().map(|transfer| is_of_account(transfer) && filter.applies_to(transfer)).collect();
    choose_by_metadata(store, &filter.recorded.metadata, transfers, &mut chosen)?;
    if filter.has_amounts() {
        let labels = AccountLabels::find(store, transfers.iter().map(|transfer| transfer.debit.account_id))?;
        for (transfer, is_chosen) in transfers.iter().zip(&mut chosen) {
            let label = labels.get(transfer.debit.account_id, "transfers", transfer.sequence);
            let currency = label.map_err(StoreError::from)?.currency;
            *is_chosen &= filter.has_amount(transfer.amount, currency);
        }
    }
    Ok(chosen)
}

/// Leaves out transfers beside which not all of some metadata is kept now.
pub(in crate::ledger) fn choose_by_metadata(
    store: &mut dyn Store,
    wanted: &Metadata,
    transfers: &[Transfer],
    chosen: &mut [bool],
) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let ids = transfers.iter().zip(chosen.iter()).filter(|(_, is_chosen)| **is_chosen);
    let changed = store.find_transfer_annotations(&ids.map(|(transfer, _)| transfer.id).collect::<Vec<_>>())?;
    for (transfer, is_chosen) in transfers.iter().zip(chosen) {
        *is_chosen &= has_all(changed.get(&transfer.id).unwrap_or(&transfer.metadata), wanted);
    }
    Ok(())
}

//! The way to transfers by what is kept beside them, where the owner of the book has declared an index over the key.
//!
//! What belongs here: which of several ways is the shortest. What does not: which transfers belong on a list. An index also has transfers
//! beside which the entry was once kept, so every one that is found is compared with what is kept now.

use crate::facts::{Account, Metadata};
use crate::ledger::transfers::spans::{BookSpan, Start};
use crate::ledger::transfers::walks::Walk;
use crate::store::{IndexedEntry, MetadataOf, Store, StoreError};

/// Up to how many rows of an index are counted, to compare it with other ways.
const COUNTED_MAX: i64 = 10_000;

/// How many transfers may have got an entry by a change for the index to be used. They are found in another order than that of the book, so
/// all are read for each page. A book of ten millions that has more of them shows a page of 100 within what a walk may read.
const CHANGED_MAX: i64 = 10_000;

/// A walk through an index over one of the entries, that with the fewest transfers. `None` where there is no index, or the account has fewer.
pub(in crate::ledger) fn walk_by_metadata(
    store: &mut dyn Store,
    wanted: &Metadata,
    account: Option<&Account>,
    (start, span): (Start, &BookSpan),
) -> Result<Option<Walk>, StoreError> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let entries = store.indexed_entries(MetadataOf::Transfers, wanted)?;
    for entry in shortest_first(store, entries, account, start)? {
        if let Some(changed) = changed_sequences(store, &entry)? {
            return Ok(Some(Walk::by_entry(store, (entry, changed), start, span)?));
        }
    }
    Ok(None)
}

/// The entries that have fewer transfers than the account, those with the fewest first.
fn shortest_first(
    store: &mut dyn Store,
    entries: Vec<IndexedEntry>,
    account: Option<&Account>,
    start: Start,
) -> Result<Vec<IndexedEntry>, StoreError> {
    if account.is_none() && entries.len() <= 1 {
        return Ok(entries);
    }
    let others = match account {
        Some(account) if is_on_chain(store, account, start)? => account.version.min(COUNTED_MAX),
        Some(_) | None => i64::MAX,
    };
    fewest_first(store, MetadataOf::Transfers, entries, others)
}

/// The entries that have fewer rows than so many, those with the fewest first.
pub(in crate::ledger) fn fewest_first(
    store: &mut dyn Store,
    of: MetadataOf,
    entries: Vec<IndexedEntry>,
    than: i64,
) -> Result<Vec<IndexedEntry>, StoreError> {
    let mut counted = Vec::new();
    for entry in entries {
        let rows = store.count_by_metadata(of, &entry, COUNTED_MAX)?;
        if rows < than {
            counted.push((rows, entry));
        }
    }
    counted.sort_by_key(|(rows, _)| *rows);
    Ok(counted.into_iter().map(|(_, entry)| entry).collect())
}

/// Whether the account's chain can be walked from there. A page of the index can begin with a transfer of other accounts.
fn is_on_chain(store: &mut dyn Store, account: &Account, start: Start) -> Result<bool, StoreError> {
    let Some(from) = start.from else { return Ok(true) };
    Ok(store.find_transfer_at(from)?.is_some_and(|transfer| transfer.entry_of(account.id).is_some()))
}

/// `None` where there are too many.
fn changed_sequences(store: &mut dyn Store, entry: &IndexedEntry) -> Result<Option<Vec<i64>>, StoreError> {
    let changed = store.changed_sequences(entry, CHANGED_MAX + 1)?;
    Ok((changed.len() as u64 <= CHANGED_MAX.unsigned_abs()).then_some(changed))
}

//! Walks over transfers, the newest or the oldest first, that end when they have found enough or read as much as they may.
//!
//! What belongs here: the ways to the transfers that a list can be of. What does not: which of them belong on the list.

use crate::error::Error;
use crate::facts::{Account, AccountId, Hold, Instant, Sequence, Transfer};
use crate::ledger::transfers::filter::{ListOrder, ListPage};
use crate::ledger::transfers::spans::{BookSpan, Bounds, Start};
use crate::models::transfers::{MILESTONE_INTERVAL, TransferRow};
use crate::store::{IndexedEntry, PageSize, Rare, Store, StoreError};

/// How many transfers of the book are in memory at once.
const ROWS_MAX: i64 = 1_000;
/// How many transfers of a chain one statement reads.
const CHAIN_STEP_MAX: i64 = 256;
/// How many transfers with an entry of metadata are in memory at once: few, because one can have 64 entries of a kilobyte.
const ENTRIES_STEP_MAX: u32 = 100;

/// Where the transfers come from.
pub(in crate::ledger) enum Walk {
    /// Found through an index, and all there, in order.
    Found(Vec<Transfer>),
    /// Down the chain of an account.
    ChainDown { account: AccountId, next: Option<Sequence>, bounds: Bounds },
    /// Up the chain of an account.
    ChainUp(ChainUp),
    /// Along the places of the book: of all transfers, or only of those that are rare.
    Book { only: Option<Rare>, next: Option<Sequence>, order: ListOrder, size: PageSize, bounds: Bounds },
    /// Through an index over metadata.
    Entries(Entries),
    /// Along the places of holds.
    Holds { next: Option<Sequence>, order: ListOrder, bounds: Bounds },
}

/// Transfers that have or had an entry of metadata, in the order of their sequences.
pub(in crate::ledger) struct Entries {
    entry: IndexedEntry,
    /// The sequences of those that got it by a change.
    changed: Vec<i64>,
    next: Option<Sequence>,
    order: ListOrder,
    bounds: Bounds,
}

/// Up a chain whose pointers lead down: from the place where it was left to the next milestone, which is found by its time.
pub(in crate::ledger) struct ChainUp {
    account: AccountId,
    /// The newest transfer; `None` behind it.
    last: Option<Sequence>,
    /// What was recorded by then was read.
    behind: Instant,
    bounds: Bounds,
}

/// What a walk found.
pub(in crate::ledger) struct Walked {
    pub(in crate::ledger) transfers: Vec<Transfer>,
    pub(in crate::ledger) next: Option<Sequence>,
    /// When the first transfer was recorded that was not read any more, where as many were read as allowed.
    pub(in crate::ledger) cut_at: Option<Instant>,
}

impl Walk {
    /// Over transfers that were found in any order.
    pub(in crate::ledger) fn over(mut found: Vec<Transfer>, start: Start) -> Self {
        let is_in = |transfer: &Transfer, from: Sequence| match start.order {
            ListOrder::Newest => transfer.sequence <= from,
            ListOrder::Oldest => transfer.sequence >= from,
        };
        found.retain(|transfer| start.from.is_none_or(|from| is_in(transfer, from)));
        start.order.sort(&mut found);
        Self::Found(found)
    }

    /// Along an account's chain, from a place that must be one of its transfers, or from an end of the span.
    pub(in crate::ledger) fn along_chain(
        store: &mut dyn Store,
        account: &Account,
        start: Start,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let bounds = Bounds { floor: span.from.unwrap_or(Instant::MIN), ceiling: span.to };
        if start.order == ListOrder::Oldest {
            let first = match start.from {
                Some(from) => store.find_transfer_at(from)?.map(|transfer| transfer.recorded_at),
                None => span.from,
            };
            let behind = first.and_then(Instant::previous).unwrap_or(Instant::MIN);
            let last = account.last.map(|last| last.sequence);
            return Ok(Self::ChainUp(ChainUp { account: account.id, last, behind, bounds }));
        }
        let next = match (start.from, span.to) {
            (Some(from), _) => Some(from),
            (None, None) => account.last.map(|last| last.sequence),
            (None, Some(to)) => match to.previous() {
                Some(end) => store.find_last_recorded_at(account, end)?.map(|last| last.sequence),
                None => None,
            },
        };
        Ok(Self::ChainDown { account: account.id, next, bounds })
    }

    /// Along the places of the book, from one of them or from an end of the span: of all transfers, or only of those that are rare.
    pub(in crate::ledger) fn along_book(
        store: &mut dyn Store,
        only: Option<Rare>,
        start: Start,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let next = span.first_place(store, start)?;
        let size = PageSize::up_to(ROWS_MAX);
        Ok(Self::Book { only, next, order: start.order, size, bounds: span.bounds() })
    }

    /// Through an index over metadata, where `changed` are the sequences of the transfers that got the entry by a change.
    pub(in crate::ledger) fn by_entry(
        store: &mut dyn Store,
        (entry, changed): (IndexedEntry, Vec<i64>),
        start: Start,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let next = span.first_place(store, start)?;
        let order = start.order;
        Ok(Self::Entries(Entries { entry, changed, next, order, bounds: span.bounds() }))
    }

    /// Along the places of the book's holds, which are transfers.
    pub(in crate::ledger) fn along_holds(
        store: &mut dyn Store,
        start: Start,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let next = span.first_place(store, start)?;
        Ok(Self::Holds { next, order: start.order, bounds: span.bounds() })
    }

    /// The next transfers, in order. None behind the last one.
    fn read(&mut self, store: &mut dyn Store) -> Result<Vec<Transfer>, StoreError> {
        match self {
            Self::Found(found) => Ok(std::mem::take(found)),
            Self::ChainDown { account, next, bounds } => {
                let Some(first) = *next else { return Ok(Vec::new()) };
                let read = store.list_history(*account, first, CHAIN_STEP_MAX)?;
                *next = read.last().and_then(|oldest| oldest.entry_of(*account)?.previous);
                Ok(bounds.keep(read, ListOrder::Newest, next))
            }
            Self::ChainUp(chain) => chain.read(store),
            Self::Entries(entries) => entries.read(store),
            Self::Book { only, next, order, size, bounds } => {
                let Some(first) = *next else { return Ok(Vec::new()) };
                let read = match (*only, *order) {
                    (None, ListOrder::Newest) => store.list_transfers_down_from(first, size)?,
                    (None, ListOrder::Oldest) => transfers(store.transfer_rows_from(first.0, size)?)?,
                    (Some(rare), ListOrder::Newest) => store.list_rare_down_from(rare, first, size)?,
                    (Some(rare), ListOrder::Oldest) => store.list_rare_from(rare, first, size)?,
                };
                let far = read.last().filter(|_| size.is_full());
                *next = far.map(|far| order.behind(far.sequence));
                Ok(bounds.keep(read, *order, next))
            }
            Self::Holds { next, order, bounds } => {
                let Some(first) = *next else { return Ok(Vec::new()) };
                let holds: Vec<Hold> = match order {
                    ListOrder::Newest => store.list_holds_down_from(first, ROWS_MAX)?,
                    ListOrder::Oldest => store.list_holds(first, ROWS_MAX)?,
                };
                let far = holds.last().filter(|_| holds.len() as u64 == ROWS_MAX.unsigned_abs());
                *next = far.map(|far| order.behind(far.sequence));
                let mut read = store.find_transfers(&holds.iter().map(|hold| hold.id).collect::<Vec<_>>())?;
                order.sort(&mut read);
                Ok(bounds.keep(read, *order, next))
            }
        }
    }

    /// Finds the transfers that belong on a page. `choose` says which of a handful do.
    pub(in crate::ledger) fn find(
        mut self,
        store: &mut dyn Store,
        page: ListPage,
        mut choose: impl FnMut(&mut dyn Store, &[Transfer]) -> Result<Vec<bool>, Error>,
    ) -> Result<Walked, Error> {
        let (limit, reads_max) = (page.limit.max(1) as usize, page.reads_max.max(1));
        let (mut transfers, mut reads) = (Vec::new(), 0);
        loop {
            let read = self.read(store)?;
            if read.is_empty() {
                return Ok(Walked { transfers, next: None, cut_at: None });
            }
            let chosen = choose(store, &read)?;
            for (transfer, is_chosen) in read.into_iter().zip(chosen) {
                let is_full = transfers.len() == limit;
                if reads == reads_max || (is_full && is_chosen) {
                    let cut_at = (!is_full).then_some(transfer.recorded_at);
                    return Ok(Walked { transfers, next: Some(transfer.sequence), cut_at });
                }
                reads += 1;
                if is_chosen {
                    transfers.push(transfer);
                }
            }
        }
    }
}

impl ChainUp {
    fn read(&mut self, store: &mut dyn Store) -> Result<Vec<Transfer>, StoreError> {
        let Some(last) = self.last else { return Ok(Vec::new()) };
        let begin = store.find_milestone_behind(self.account, last, self.behind)?;
        let mut read = store.list_history(self.account, begin, MILESTONE_INTERVAL)?;
        let known = read.iter().position(|transfer| transfer.recorded_at <= self.behind);
        read.truncate(known.unwrap_or(read.len()));
        read.reverse();
        match read.last() {
            Some(newest) => self.behind = newest.recorded_at,
            None => self.last = None,
        }
        // The newest transfer of the account is the last one on the way up.
        let mut next = self.last.filter(|_| begin != last);
        let kept = self.bounds.keep(read, ListOrder::Oldest, &mut next);
        self.last = next;
        Ok(kept)
    }
}

impl Entries {
    fn read(&mut self, store: &mut dyn Store) -> Result<Vec<Transfer>, StoreError> {
        let (order, Some(first)) = (self.order, self.next) else { return Ok(Vec::new()) };
        let mut sequences = match order {
            ListOrder::Newest => store.sequences_down_from(&self.entry, first, ENTRIES_STEP_MAX.into())?,
            ListOrder::Oldest => store.sequences_up_from(&self.entry, first, ENTRIES_STEP_MAX.into())?,
        };
        sequences.extend(self.changed.iter().filter(|&&sequence| !order.is_before(Sequence(sequence), first)));
        order.sort_by(&mut sequences, |sequence| *sequence);
        sequences.dedup();
        // Behind so many of both kinds, there can be others that were not read.
        sequences.truncate(ENTRIES_STEP_MAX as usize);
        let far = sequences.last().filter(|_| sequences.len() == ENTRIES_STEP_MAX as usize);
        self.next = far.map(|&far| order.behind(Sequence(far)));
        let mut read = store.transfers_at(&sequences)?;
        order.sort(&mut read);
        Ok(self.bounds.keep(read, order, &mut self.next))
    }
}

/// Stored rows as facts.
pub(in crate::ledger) fn transfers(rows: Vec<TransferRow>) -> Result<Vec<Transfer>, StoreError> {
    rows.into_iter().map(|row| Transfer::try_from(row).map_err(StoreError::from)).collect()
}

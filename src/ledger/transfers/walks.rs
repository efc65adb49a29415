//! Walks over transfers, the newest first, that end when they have found enough or read as much as they may.
//!
//! What belongs here: the three ways to the transfers that a list can be of. What does not: which of them belong on the list.

use std::time::Duration;

use crate::error::Error;
use crate::facts::{Account, AccountId, Instant, Sequence, Transfer};
use crate::ledger::transfers::filter::ListPage;
use crate::store::{PageSize, Store, StoreError};

/// How many transfers of the book are in memory at once.
const ROWS_MAX: i64 = 1_000;
/// How many transfers of a chain one statement reads.
const CHAIN_STEP_MAX: i64 = 256;

/// Where the transfers come from.
pub(in crate::ledger) enum Walk {
    /// Found through an index, and all there: the newest is the last.
    Found(Vec<Transfer>),
    /// Down the chain of an account.
    Chain { account: AccountId, next: Option<Sequence>, floor: Instant },
    /// Down the places of the book.
    Book { next: Option<Sequence>, size: PageSize, floor: Instant },
}

/// What a walk found.
pub(in crate::ledger) struct Walked {
    pub(in crate::ledger) transfers: Vec<Transfer>,
    pub(in crate::ledger) next: Option<Sequence>,
    pub(in crate::ledger) is_cut: bool,
}

/// A span of recorded time in a book.
///
/// Places rise with recorded time, but not strictly: an entry may be ahead of the clock by the book's bound, and the clocks of two machines
/// may differ by as much. Nothing is further out of order than twice the bound, unless a clock was set wrong.
pub(in crate::ledger) struct BookSpan {
    pub(in crate::ledger) from: Option<Instant>,
    pub(in crate::ledger) to: Option<Instant>,
    pub(in crate::ledger) lead_max: Duration,
}

impl Walk {
    /// Over transfers in any order, from a place down.
    pub(in crate::ledger) fn over(mut found: Vec<Transfer>, from: Option<Sequence>) -> Self {
        found.retain(|transfer| from.is_none_or(|from| transfer.sequence <= from));
        found.sort_unstable_by_key(|transfer| transfer.sequence);
        Self::Found(found)
    }

    /// Down an account's chain, from a place that must be one of its transfers, or from the end of the span.
    pub(in crate::ledger) fn down_chain(
        store: &mut dyn Store,
        account: &Account,
        from: Option<Sequence>,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let next = match (from, span.to) {
            (Some(from), _) => Some(from),
            (None, None) => account.last.map(|last| last.sequence),
            (None, Some(to)) => match to.previous() {
                Some(end) => store.find_last_recorded_at(account, end)?.map(|last| last.sequence),
                None => None,
            },
        };
        Ok(Self::Chain { account: account.id, next, floor: span.from.unwrap_or(Instant::MIN) })
    }

    /// Down the places of the book, from one of them or from the end of the span.
    pub(in crate::ledger) fn down_book(
        store: &mut dyn Store,
        from: Option<Sequence>,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let next = match (from, span.to) {
            (Some(from), _) => Some(from),
            (None, None) => Some(Sequence(i64::MAX)),
            (None, Some(to)) => find_end(store, to.after(span.disorder_max()))?,
        };
        let floor = span.from.map_or(Instant::MIN, |from| from.before(span.disorder_max()));
        Ok(Self::Book { next, size: PageSize::up_to(ROWS_MAX), floor })
    }

    /// The next transfers, the newest first. None behind the last one.
    fn read(&mut self, store: &mut dyn Store) -> Result<Vec<Transfer>, StoreError> {
        match self {
            Self::Found(found) => Ok(std::mem::take(found).into_iter().rev().collect()),
            Self::Chain { account, next, floor } => {
                let Some(first) = *next else { return Ok(Vec::new()) };
                let read = store.list_history(*account, first, CHAIN_STEP_MAX)?;
                *next = read.last().and_then(|oldest| oldest.entry_of(*account)?.previous);
                Ok(from_floor(read, *floor, next))
            }
            Self::Book { next, size, floor } => {
                let Some(first) = *next else { return Ok(Vec::new()) };
                let read = store.list_transfers_down_from(first, size)?;
                let oldest = read.last().filter(|_| size.is_full());
                *next = oldest.map(|oldest| Sequence(oldest.sequence.0 - 1));
                Ok(from_floor(read, *floor, next))
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
                return Ok(Walked { transfers, next: None, is_cut: false });
            }
            let chosen = choose(store, &read)?;
            for (transfer, is_chosen) in read.into_iter().zip(chosen) {
                let is_full = transfers.len() == limit;
                if reads == reads_max || (is_full && is_chosen) {
                    return Ok(Walked { transfers, next: Some(transfer.sequence), is_cut: !is_full });
                }
                reads += 1;
                if is_chosen {
                    transfers.push(transfer);
                }
            }
        }
    }
}

impl BookSpan {
    /// The first and the last place where a transfer of the span can be; `None` where there is none.
    pub(in crate::ledger) fn places(&self, store: &mut dyn Store) -> Result<Option<[Sequence; 2]>, StoreError> {
        let Some(newest) = store.newest_sequence()? else { return Ok(None) };
        let end_before = |store: &mut dyn Store, time| Ok::<_, StoreError>(find_end(store, time)?.unwrap_or(newest));
        let first = match self.from {
            Some(from) => Sequence(end_before(store, from.before(self.disorder_max()))?.0 + 1),
            None => Sequence(1),
        };
        let last = match self.to {
            Some(to) => end_before(store, to.after(self.disorder_max()))?,
            None => newest,
        };
        Ok((first <= last).then_some([first, last]))
    }

    /// Whether a transfer was recorded in it.
    pub(in crate::ledger) fn has(&self, transfer: &Transfer) -> bool {
        self.from.is_none_or(|from| transfer.recorded_at >= from) && self.to.is_none_or(|to| transfer.recorded_at < to)
    }

    fn disorder_max(&self) -> Duration {
        self.lead_max.saturating_mul(2)
    }
}

/// The transfers before the first one that was recorded below the floor. With that one the walk ends.
fn from_floor(mut read: Vec<Transfer>, floor: Instant, next: &mut Option<Sequence>) -> Vec<Transfer> {
    if let Some(end) = read.iter().position(|transfer| transfer.recorded_at < floor) {
        read.truncate(end);
        *next = None;
    }
    read
}

/// A place behind which every transfer was recorded at a time or later, give or take what they are out of order. Found by halving, with one
/// look-up in the primary key for each half.
fn find_end(store: &mut dyn Store, time: Instant) -> Result<Option<Sequence>, StoreError> {
    let Some(newest) = store.newest_sequence()? else { return Ok(None) };
    // What stands at `below` was recorded before the time, and what comes next at or behind `above` was not, where there is anything.
    let (mut below, mut above) = (0, newest.0 + 1);
    while above - below > 1 {
        let middle = below + (above - below) / 2;
        match store.find_time_at_or_above(Sequence(middle))? {
            Some((place, recorded_at)) if place.0 < above && recorded_at < time => below = place.0,
            _ => above = middle,
        }
    }
    Ok(Some(Sequence(below)))
}

//! Walks over transfers, the newest or the oldest first, that end when they have found enough or read as much as they may.
//!
//! What belongs here: the ways to the transfers that a list can be of. What does not: which of them belong on the list.

use std::time::Duration;

use crate::error::Error;
use crate::facts::{Account, AccountId, Hold, Instant, Sequence, Transfer};
use crate::ledger::transfers::filter::{ListOrder, ListPage};
use crate::models::transfers::{MILESTONE_INTERVAL, TransferRow};
use crate::store::{PageSize, Rare, Store, StoreError};

/// How many transfers of the book are in memory at once.
const ROWS_MAX: i64 = 1_000;
/// How many transfers of a chain one statement reads.
const CHAIN_STEP_MAX: i64 = 256;

/// Where a list begins, and which way it goes.
#[derive(Clone, Copy)]
pub(in crate::ledger) struct Start {
    /// The first transfer of the page. `None` for the first page.
    pub(in crate::ledger) from: Option<Sequence>,
    pub(in crate::ledger) order: ListOrder,
}

/// Where the transfers come from.
pub(in crate::ledger) enum Walk {
    /// Found through an index, and all there, in order.
    Found(Vec<Transfer>),
    /// Down the chain of an account.
    ChainDown { account: AccountId, next: Option<Sequence>, bounds: Bounds },
    /// Up the chain of an account.
    ChainUp(ChainUp),
    /// Along the places of the book.
    Book { next: Option<Sequence>, order: ListOrder, size: PageSize, bounds: Bounds },
    /// Along the places of rare transfers.
    Rare { rare: Rare, next: Option<Sequence>, order: ListOrder, size: PageSize, bounds: Bounds },
    /// Along the places of holds.
    Holds { next: Option<Sequence>, order: ListOrder, bounds: Bounds },
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

/// Recorded times between which the transfers are. A walk ends with the first one beyond the far end.
#[derive(Clone, Copy)]
pub(in crate::ledger) struct Bounds {
    floor: Instant,
    /// The first moment that is no more in it.
    ceiling: Option<Instant>,
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

    /// Along the places of the book, from one of them or from an end of the span.
    pub(in crate::ledger) fn along_book(
        store: &mut dyn Store,
        start: Start,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let next = span.first_place(store, start)?;
        let size = PageSize::up_to(ROWS_MAX);
        Ok(Self::Book { next, order: start.order, size, bounds: span.bounds() })
    }

    /// Along the places of transfers that are rare in the book.
    pub(in crate::ledger) fn along_rare(
        store: &mut dyn Store,
        rare: Rare,
        start: Start,
        span: &BookSpan,
    ) -> Result<Self, StoreError> {
        let next = span.first_place(store, start)?;
        let size = PageSize::up_to(ROWS_MAX);
        Ok(Self::Rare { rare, next, order: start.order, size, bounds: span.bounds() })
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
            Self::Book { next, order, size, bounds } => {
                let Some(first) = *next else { return Ok(Vec::new()) };
                let read = match order {
                    ListOrder::Newest => store.list_transfers_down_from(first, size)?,
                    ListOrder::Oldest => transfers(store.transfer_rows_from(first.0, size)?)?,
                };
                let far = read.last().filter(|_| size.is_full());
                *next = far.map(|far| order.behind(far.sequence));
                Ok(bounds.keep(read, *order, next))
            }
            Self::Rare { rare, next, order, size, bounds } => {
                let Some(first) = *next else { return Ok(Vec::new()) };
                let read = match order {
                    ListOrder::Newest => store.list_rare_down_from(*rare, first, size)?,
                    ListOrder::Oldest => store.list_rare_from(*rare, first, size)?,
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

impl Bounds {
    /// The transfers before the first one beyond the far end. With that one the walk ends.
    fn keep(self, mut read: Vec<Transfer>, order: ListOrder, next: &mut Option<Sequence>) -> Vec<Transfer> {
        let is_beyond = |transfer: &Transfer| match order {
            ListOrder::Newest => transfer.recorded_at < self.floor,
            ListOrder::Oldest => self.ceiling.is_some_and(|ceiling| transfer.recorded_at >= ceiling),
        };
        if let Some(end) = read.iter().position(is_beyond) {
            read.truncate(end);
            *next = None;
        }
        read
    }
}

impl ListOrder {
    /// The place behind another.
    const fn behind(self, place: Sequence) -> Sequence {
        match self {
            Self::Newest => Sequence(place.0 - 1),
            Self::Oldest => Sequence(place.0 + 1),
        }
    }

    fn sort(self, transfers: &mut [Transfer]) {
        transfers.sort_unstable_by_key(|transfer| transfer.sequence);
        if self == Self::Newest {
            transfers.reverse();
        }
    }
}

impl BookSpan {
    /// The first and the last place where a transfer of the span can be; `None` where there is none.
    pub(in crate::ledger) fn places(&self, store: &mut dyn Store) -> Result<Option<[Sequence; 2]>, StoreError> {
        let Some(newest) = store.newest_sequence()? else { return Ok(None) };
        let first = self.lowest_place(store)?;
        let last = match self.to {
            Some(to) => find_end(store, to.after(self.disorder_max()))?.unwrap_or(newest),
            None => newest,
        };
        Ok((first <= last).then_some([first, last]))
    }

    /// Whether a transfer was recorded in it.
    pub(in crate::ledger) fn has(&self, transfer: &Transfer) -> bool {
        self.from.is_none_or(|from| transfer.recorded_at >= from) && self.to.is_none_or(|to| transfer.recorded_at < to)
    }

    /// The same span and as much around it as its transfers may be out of order.
    pub(in crate::ledger) fn widened(&self) -> Self {
        let Bounds { floor, ceiling } = self.bounds();
        Self { from: self.from.map(|_| floor), to: ceiling, lead_max: self.lead_max }
    }

    /// The place where a walk over the book begins.
    fn first_place(&self, store: &mut dyn Store, start: Start) -> Result<Option<Sequence>, StoreError> {
        match (start.from, start.order, self.to) {
            (Some(from), _, _) => Ok(Some(from)),
            (None, ListOrder::Oldest, _) => Ok(Some(self.lowest_place(store)?)),
            (None, ListOrder::Newest, None) => Ok(Some(Sequence(i64::MAX))),
            (None, ListOrder::Newest, Some(to)) => find_end(store, to.after(self.disorder_max())),
        }
    }

    fn lowest_place(&self, store: &mut dyn Store) -> Result<Sequence, StoreError> {
        let Some(from) = self.from else { return Ok(Sequence(1)) };
        let below = find_end(store, from.before(self.disorder_max()))?;
        Ok(below.map_or(Sequence(1), |below| ListOrder::Oldest.behind(below)))
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            floor: self.from.map_or(Instant::MIN, |from| from.before(self.disorder_max())),
            ceiling: self.to.map(|to| to.after(self.disorder_max())),
        }
    }

    fn disorder_max(&self) -> Duration {
        self.lead_max.saturating_mul(2)
    }
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

/// Stored rows as facts.
pub(in crate::ledger) fn transfers(rows: Vec<TransferRow>) -> Result<Vec<Transfer>, StoreError> {
    rows.into_iter().map(|row| Transfer::try_from(row).map_err(StoreError::from)).collect()
}

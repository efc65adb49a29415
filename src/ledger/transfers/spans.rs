//! Where walks over transfers begin and end: places in the book, and spans of recorded time.

use std::time::Duration;

use crate::facts::{Instant, Sequence, Transfer};
use crate::ledger::transfers::filter::ListOrder;
use crate::store::{Store, StoreError};

/// Where a list begins, and which way it goes.
#[derive(Clone, Copy)]
pub(in crate::ledger) struct Start {
    /// The first transfer of the page. `None` for the first page.
    pub(in crate::ledger) from: Option<Sequence>,
    pub(in crate::ledger) order: ListOrder,
}

/// Recorded times between which the transfers are. A walk ends with the first one beyond the far end.
#[derive(Clone, Copy)]
pub(in crate::ledger) struct Bounds {
    pub(super) floor: Instant,
    /// The first moment that is no more in it.
    pub(super) ceiling: Option<Instant>,
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

impl Bounds {
    /// The transfers before the first one beyond the far end. With that one the walk ends.
    pub(super) fn keep(self, mut read: Vec<Transfer>, order: ListOrder, next: &mut Option<Sequence>) -> Vec<Transfer> {
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
    pub(super) const fn behind(self, place: Sequence) -> Sequence {
        match self {
            Self::Newest => Sequence(place.0 - 1),
            Self::Oldest => Sequence(place.0 + 1),
        }
    }

    /// Whether one place comes before another on the way.
    pub(super) fn is_before(self, place: Sequence, other: Sequence) -> bool {
        match self {
            Self::Newest => place > other,
            Self::Oldest => place < other,
        }
    }

    pub(super) fn sort(self, transfers: &mut [Transfer]) {
        self.sort_by(transfers, |transfer| transfer.sequence.0);
    }

    pub(super) fn sort_by<T>(self, rows: &mut [T], place: impl Fn(&T) -> i64) {
        rows.sort_unstable_by_key(place);
        if self == Self::Newest {
            rows.reverse();
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
    pub(super) fn first_place(&self, store: &mut dyn Store, start: Start) -> Result<Option<Sequence>, StoreError> {
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

    pub(super) fn bounds(&self) -> Bounds {
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

//! The columns of a report in the time zone of the command line. The calendar knows one kind of days, so it is asked in local time, as if that
//! were UTC, and its answers are turned into moments.

use crate::cli::times::Times;
use crate::cli::zone::Zone;
use crate::facts::Instant;
use crate::ledger::{Bound, ReportPeriod};
use crate::wire::{first_moment, local_time};

/// Bounds in local time, and the moments that they are.
pub(super) struct LocalBounds {
    zone: Zone,
    /// Those that were asked for. Clocks that are set back show a time twice, and only one of them was meant.
    known: Vec<(Bound, Bound)>,
}

impl LocalBounds {
    pub(super) const fn new(times: Times<'_>) -> Self {
        Self { zone: times.zone, known: Vec::new() }
    }

    /// The place before a moment, in local time.
    pub(super) fn before(&mut self, moment: Instant) -> Bound {
        self.know(Bound::before(local_time(moment, &self.zone)), Bound::before(moment))
    }

    /// The place behind a moment, in local time.
    pub(super) fn behind(&mut self, moment: Instant) -> Bound {
        self.know(Bound::behind(local_time(moment, &self.zone)), Bound::behind(moment))
    }

    fn know(&mut self, local: Bound, bound: Bound) -> Bound {
        self.known.push((local, bound));
        local
    }

    /// The place that a local one is.
    pub(super) fn bound(&self, local: Bound) -> Bound {
        if let Some((_, bound)) = self.known.iter().find(|(known, _)| *known == local) {
            return *bound;
        }
        match local.next() {
            Some(moment) if local > Bound::BEGIN => Bound::before(first_moment(moment, &self.zone)),
            Some(_) | None => local,
        }
    }

    pub(super) fn period(&self, local: ReportPeriod) -> ReportPeriod {
        ReportPeriod { begin: self.bound(local.begin), end: self.bound(local.end) }
    }
}

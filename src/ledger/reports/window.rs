//! Which moments of recorded and of effective time a reading is about.

use crate::facts::Instant;
use crate::ledger::reports::request::TableRequest;
use crate::ledger::reports::table::BalanceTable;
use crate::models::sql_types::SqlInstant;
use crate::models::transfers::CrossingTransfers;

/// Moments in microseconds of recorded time, each the last one that counts.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// What was recorded by then is the beginning.
    pub(super) begin: i64,
    /// Nothing that was recorded later matters, but for what crosses the span's end.
    pub(super) end: i64,
    /// What was recorded later was not known.
    pub(super) known: i64,
    /// Of effective time: the last moments before the first and the last bound.
    pub(super) opening: i64,
    pub(super) closing: i64,
}

impl Window {
    pub(super) fn of(request: &TableRequest, table: &BalanceTable) -> Self {
        let known = request.recorded_at.map_or(i64::MAX, Instant::micros);
        let ends = [table.bounds.first(), table.bounds.last()];
        let [opening, closing] = ends.map(|bound| bound.map_or(i64::MAX, |bound| bound.last_micros()));
        Self { begin: opening.min(known), end: closing.min(known), known, opening, closing }
    }

    /// What is in the opening as it was recorded, and counts later.
    pub(super) const fn out_of_opening(self) -> CrossingRange {
        CrossingRange { effective: [self.opening, i64::MAX], recorded: [i64::MIN, self.begin] }
    }

    /// What was recorded behind the span's end, and counts before it.
    pub(super) const fn into_span(self) -> CrossingRange {
        CrossingRange { effective: [i64::MIN, self.closing], recorded: [self.end, self.known] }
    }
}

/// What counts at another time than it was recorded: behind one moment of each time, and up to another.
#[derive(Clone, Copy)]
pub(super) struct CrossingRange {
    effective: [i64; 2],
    recorded: [i64; 2],
}

impl CrossingRange {
    /// `None` where there is nothing between the moments.
    pub(super) fn query(self, accounts: Vec<i64>, rows_max: Option<i64>) -> Option<CrossingTransfers> {
        let [effective, recorded] = [self.effective, self.recorded].map(|range| range.map(possible));
        if recorded[0] >= recorded[1] || effective[0] >= effective[1] {
            return None;
        }
        let [[effective_after, effective_until], [recorded_after, recorded_until]] =
            [effective, recorded].map(|range| range.map(bound));
        Some(CrossingTransfers { accounts, effective_after, effective_until, recorded_after, recorded_until, rows_max })
    }
}

/// A moment for comparisons.
pub(super) fn bound(micros: i64) -> SqlInstant {
    SqlInstant::bound(possible(micros))
}

/// The nearest moment there is, or one before all of them.
fn possible(micros: i64) -> i64 {
    micros.clamp(Instant::MIN.micros() - 1, Instant::MAX.micros())
}

//! How a table is read, by what each way would cost. Pure: a wrong estimate makes a report slower, never wrong.

/// How many steps down a chain a look-up by time takes, on the average with what it costs to begin one.
const LOOK_UP: u128 = 40;
/// How much longer a step down a chain takes than the next row of a scan, and a transfer that crosses an end of the span.
const STEP: u128 = 4;

/// A way to read what moved in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// All transfers from the newest down to where the span begins.
    FromNewest,
    /// Looks every account up at the end of the span, and reads all transfers from there down to where it begins.
    FromEnd,
    /// Walks down each account's own chain, from the end of the span to its beginning.
    Chains,
    /// All transfers, whenever they were recorded: in a book that was brought in with its history most cross an end of the span, and this is
    /// the only way that does not read those once more.
    Whole,
}

/// What is known of the book and the accounts. Places are sequences.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Where the book ends.
    pub newest: i64,
    /// About where the span ends and begins.
    pub end: i64,
    pub begin: i64,
    /// How many accounts are asked for, and how often transfers have touched them.
    pub accounts: usize,
    pub entries: u128,
    /// About how many transfers cross an end of the span, counted for each of these accounts.
    pub crossing: u128,
}

impl Size {
    pub(super) fn way(self) -> Way {
        let span = |end: i64| u128::from(end.saturating_sub(self.begin).max(0).unsigned_abs());
        let inside = span(self.end);
        let look_ups = LOOK_UP * self.accounts as u128;
        let entries_inside = self.entries * inside / u128::from(self.newest.max(1).unsigned_abs());
        let crossing = STEP * self.crossing;
        let ways = [
            (span(self.newest) + crossing, Way::FromNewest),
            (look_ups + inside + crossing, Way::FromEnd),
            (look_ups + STEP * entries_inside + crossing, Way::Chains),
            (u128::from(self.newest.max(0).unsigned_abs()), Way::Whole),
        ];
        // Of equals the first, which is the simplest.
        ways.into_iter().min_by_key(|(cost, _)| *cost).map_or(Way::FromNewest, |(_, way)| way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheapest_way_is_taken() {
        let whole =
            Size { newest: 1_000_000, end: 1_000_000, begin: 0, accounts: 10_000, entries: 2_000_000, crossing: 0 };
        assert_eq!(whole.way(), Way::FromNewest, "a year of the whole book");
        assert_eq!(Size { begin: 900_000, ..whole }.way(), Way::FromNewest, "the last month");
        let long_ago = Size { newest: 100_000_000, end: 2_000_000, begin: 1_000_000, entries: 200_000_000, ..whole };
        assert_eq!(long_ago.way(), Way::FromEnd, "a month of long ago");
        assert_eq!(Size { accounts: 1, entries: 1_000, ..whole }.way(), Way::Chains, "one account");
        assert_eq!(Size { accounts: 1, entries: 1_000_000, ..whole }.way(), Way::FromNewest, "one that has everything");
        let brought_in = Size { end: 0, crossing: 2_000_000, ..whole };
        assert_eq!(brought_in.way(), Way::Whole, "a history that was recorded later");
        assert_eq!(
            Size { accounts: 1, entries: 1_000, crossing: 1_000, ..brought_in }.way(),
            Way::FromEnd,
            "that of one account"
        );
        let empty = Size { newest: 0, end: 0, begin: 0, accounts: 0, entries: 0, crossing: 0 };
        assert_eq!(empty.way(), Way::FromNewest);
    }
}

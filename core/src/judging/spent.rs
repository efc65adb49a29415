//! What has left an account since a month began, counted from its transfers.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};

use crate::facts::{Instant, Transfer, TransferId, TransferKind, Velocity, Window};
use crate::money::Amount;

impl Velocity {
    /// The limits that there are, the narrowest window first, beside what has left the account in each window.
    pub(crate) fn limits(self, spent: Option<&Spent>, at: Instant) -> impl Iterator<Item = (Window, Amount, Amount)> {
        let (day, month) = spent.map_or((Amount::ZERO, Amount::ZERO), |spent| spent.by(at));
        let limits = [
            (Window::Transfer, self.per_transfer, Amount::ZERO),
            (Window::Day, self.per_day, day),
            (Window::Month, self.per_month, month),
        ];
        limits.into_iter().filter_map(|(window, limit, spent)| limit.map(|limit| (window, limit, spent)))
    }
}

/// What has left an account since a month began, by the day of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The first day of that month. All that left the account on it or later is counted.
    first_day: Day,
    /// How much left on each day that anything did. A clock that was wrong may have been ahead, so days to come can be among them.
    by_day: BTreeMap<Day, i128>,
    /// The holds that were placed since then, and on which day.
    holds: HashMap<TransferId, Day>,
}

/// A day of UTC.
type Day = NaiveDate;

impl Spent {
    /// Nothing, so far, in the month of a moment.
    #[must_use]
    pub fn nothing_at(at: Instant) -> Self {
        Self { first_day: first_of_month(at.date()), by_day: BTreeMap::new(), holds: HashMap::new() }
    }

    /// Whether a transfer that was recorded at a moment can count. The clock was never later than that.
    #[must_use]
    pub fn reaches(&self, recorded_at: Instant) -> bool {
        recorded_at.date() >= self.first_day
    }

    /// Counts an older transfer by which the account fell. They come newest first, so what was `released` of a hold is met before the hold.
    pub fn look_back(&mut self, transfer: &Transfer, released: &mut HashMap<TransferId, i128>) {
        let day = transfer.clock_time().date();
        let amount = i128::from(transfer.amount.minor());
        match transfer.kind {
            TransferKind::Transfer => self.count(day, amount),
            TransferKind::Hold => {
                self.holds.insert(transfer.id, day);
                self.count(day, amount - released.remove(&transfer.id).unwrap_or(0));
            }
            TransferKind::Release => {
                *released.entry(transfer.hold_id.unwrap_or(transfer.id)).or_default() += amount;
            }
            TransferKind::Capture | TransferKind::Reversal => {}
        }
    }

    /// Whether it tells what left the account in the day and month of a moment: nothing is missing of that month.
    #[must_use]
    pub fn can_go_on_to(&self, at: Instant) -> bool {
        self.first_day <= at.date()
    }

    /// Forgets what left before the month of a moment.
    pub fn turn_to(&mut self, at: Instant) {
        let first_day = first_of_month(at.date());
        if first_day > self.first_day {
            self.first_day = first_day;
            self.by_day = self.by_day.split_off(&first_day);
            self.holds.retain(|_, day| *day >= first_day);
        }
    }

    /// How many holds it has to remember.
    #[must_use]
    pub fn hold_count(&self) -> usize {
        self.holds.len()
    }

    /// Counts a newer transfer by which the account falls.
    pub fn add(&mut self, transfer: &Transfer) {
        let day = transfer.clock_time().date();
        let amount = i128::from(transfer.amount.minor());
        match transfer.kind {
            TransferKind::Transfer => self.count(day, amount),
            TransferKind::Hold => {
                self.holds.insert(transfer.id, day);
                self.count(day, amount);
            }
            TransferKind::Release => {
                if let Some(&day) = transfer.hold_id.and_then(|hold| self.holds.get(&hold)) {
                    self.count(day, -amount);
                }
            }
            TransferKind::Capture | TransferKind::Reversal => {}
        }
    }

    fn count(&mut self, day: Day, amount: i128) {
        if day >= self.first_day {
            // No book has as many transfers as it takes to fill 128 bits.
            let in_day = self.by_day.entry(day).or_default();
            *in_day = in_day.saturating_add(amount);
        }
    }

    /// What has left the account in the day and in the month of a moment.
    fn by(&self, at: Instant) -> (Amount, Amount) {
        let day = at.date();
        let in_day = self.by_day.get(&day).copied().unwrap_or_default();
        let in_month = self.by_day.range(first_of_month(day)..).take_while(|(other, _)| is_same_month(**other, day));
        let in_month = in_month.fold(0, |sum: i128, (_, amount)| sum.saturating_add(*amount));
        // No limit is above the largest amount, so more than that is as much as any limit can tell.
        let amount = |units: i128| i64::try_from(units).map_or(Amount::MAX, Amount::from_minor);
        (amount(in_day), amount(in_month))
    }
}

fn is_same_month(one: Day, other: Day) -> bool {
    (one.year(), one.month()) == (other.year(), other.month())
}

fn first_of_month(day: Day) -> Day {
    // Every month has a first day.
    day.with_day(1).unwrap_or(day)
}

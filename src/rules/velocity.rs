//! How much may leave an account: in one transfer, in a day and in a month.
//!
//! Days and months are calendar ones of UTC, by recorded time. A transfer counts when it is posted, and a hold when it is placed; its
//! captures then count no more, and what is released of it in the same window is given back. Reversals neither count nor give back.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::ids::TransferId;
use super::instant::Instant;
use super::transfer::{Transfer, TransferKind};
use super::words::words;
use crate::money::Amount;

/// How much may leave an account, on its falling side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Velocity {
    /// The most in one transfer or hold.
    pub per_transfer: Option<Amount>,
    /// The most in one day of UTC.
    pub per_day: Option<Amount>,
    /// The most in one month of UTC.
    pub per_month: Option<Amount>,
}

impl Velocity {
    /// Whether anything counts that left the account before.
    #[must_use]
    pub const fn has_window(&self) -> bool {
        self.per_day.is_some() || self.per_month.is_some()
    }

    /// The limits that there are, the narrowest window first, beside what has left the account in each window.
    pub(super) fn limits(self, spent: Option<&Spent>, at: Instant) -> impl Iterator<Item = (Window, Amount, Amount)> {
        let (day, month) = spent.map_or((Amount::ZERO, Amount::ZERO), |spent| spent.by(at));
        let limits = [
            (Window::Transfer, self.per_transfer, Amount::ZERO),
            (Window::Day, self.per_day, day),
            (Window::Month, self.per_month, month),
        ];
        limits.into_iter().filter_map(|(window, limit, spent)| limit.map(|limit| (window, limit, spent)))
    }
}

/// What a velocity limit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// One transfer or hold.
    Transfer,
    /// A day of UTC.
    Day,
    /// A month of UTC.
    Month,
}

words!(Window {
    Transfer = "transfer",
    Day = "day",
    Month = "month",
});

/// What has left an account in the day and the month of its newest transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    day: Day,
    in_day: i128,
    in_month: i128,
    /// The holds that were placed in this month, and in which day of it.
    holds: HashMap<TransferId, Day>,
}

/// A day of UTC.
type Day = NaiveDate;

impl Spent {
    /// Nothing, so far, on the day of a moment.
    #[must_use]
    pub fn nothing_at(at: Instant) -> Self {
        Self { day: at.date(), in_day: 0, in_month: 0, holds: HashMap::new() }
    }

    /// Whether a moment lies in the month that is counted.
    #[must_use]
    pub fn reaches(&self, at: Instant) -> bool {
        is_same_month(at.date(), self.day)
    }

    /// Counts an older transfer by which the account fell, of the same month. They come newest first, so what was `released` of a hold is
    /// met before the hold.
    pub fn look_back(&mut self, transfer: &Transfer, released: &mut HashMap<TransferId, i128>) {
        let day = transfer.recorded_at.date();
        let amount = i128::from(transfer.amount.minor());
        let counted = match transfer.kind {
            TransferKind::Transfer => amount,
            TransferKind::Hold => {
                self.holds.insert(transfer.id, day);
                amount - released.remove(&transfer.id).unwrap_or(0)
            }
            TransferKind::Release => {
                *released.entry(transfer.hold_id.unwrap_or(transfer.id)).or_default() += amount;
                0
            }
            TransferKind::Capture | TransferKind::Reversal => 0,
        };
        self.count(day, counted);
    }

    /// Whether it can be carried on to a moment: it counts nothing of a day that is still to come.
    #[must_use]
    pub fn can_go_on_to(&self, at: Instant) -> bool {
        self.day <= at.date()
    }

    /// How many holds it has to remember.
    #[must_use]
    pub fn hold_count(&self) -> usize {
        self.holds.len()
    }

    /// Counts a newer transfer by which the account falls.
    pub fn add(&mut self, transfer: &Transfer) {
        self.turn_to(transfer.recorded_at.date());
        let amount = i128::from(transfer.amount.minor());
        match transfer.kind {
            TransferKind::Transfer => self.count(self.day, amount),
            TransferKind::Hold => {
                self.holds.insert(transfer.id, self.day);
                self.count(self.day, amount);
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
        // No book has as many transfers as it takes to fill 128 bits.
        self.in_month = self.in_month.saturating_add(amount);
        if day == self.day {
            self.in_day = self.in_day.saturating_add(amount);
        }
    }

    fn turn_to(&mut self, day: Day) {
        if day == self.day {
            return;
        }
        self.in_day = 0;
        if !is_same_month(day, self.day) {
            self.in_month = 0;
            self.holds.clear();
        }
        self.day = day;
    }

    /// What has left the account in the day and in the month of a moment that is not before its newest transfer.
    fn by(&self, at: Instant) -> (Amount, Amount) {
        let day = at.date();
        let in_day = if day == self.day { self.in_day } else { 0 };
        let in_month = if is_same_month(day, self.day) { self.in_month } else { 0 };
        // No limit is above the largest amount, so more than that is as much as any limit can tell.
        let amount = |units: i128| i64::try_from(units).map_or(Amount::MAX, Amount::from_minor);
        (amount(in_day), amount(in_month))
    }
}

fn is_same_month(one: Day, other: Day) -> bool {
    (one.year(), one.month()) == (other.year(), other.month())
}

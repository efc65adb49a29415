//! How much may leave an account: in one transfer, in a day and in a month.
//!
//! Days and months are calendar ones of UTC, by the time of the clock. A transfer counts when it is posted, and a hold when it is placed; its
//! captures then count no more, and what is released of it in the same window is given back. Reversals neither count nor give back.

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

//! A change of an account's limits.

use crate::money::Amount;

/// What becomes of one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewLimit {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none any more.
    Remove,
    /// It is this amount.
    Set(Amount),
}

impl NewLimit {
    /// The limit afterwards.
    #[must_use]
    pub fn or(self, present: Option<Amount>) -> Option<Amount> {
        match self {
            Self::Keep => present,
            Self::Remove => None,
            Self::Set(limit) => Some(limit),
        }
    }
}

/// A change of limits: of how far the balance may go, and of how much may leave the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitChange {
    /// What is available may not fall below this.
    pub min_balance: NewLimit,
    /// What is posted may not rise above this.
    pub max_balance: NewLimit,
    /// No more may leave it in one transfer or hold.
    pub per_transfer: NewLimit,
    /// No more may leave it in a day of UTC.
    pub per_day: NewLimit,
    /// No more may leave it in a month of UTC.
    pub per_month: NewLimit,
}

impl LimitChange {
    /// Whether what left the account before counts from then on, where it did not.
    #[must_use]
    pub const fn opens_window(&self) -> bool {
        matches!(self.per_day, NewLimit::Set(_)) || matches!(self.per_month, NewLimit::Set(_))
    }
}

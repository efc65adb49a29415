//! A change of an account's limits.

use crate::money::Amount;

/// What becomes of one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewLimit<A = Amount> {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none any more.
    Remove,
    /// It is this amount.
    Set(A),
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitChange<A = Amount> {
    /// What is available may not fall below this.
    pub min_balance: NewLimit<A>,
    /// What is posted may not rise above this.
    pub max_balance: NewLimit<A>,
    /// No more may leave it in one transfer or hold.
    pub per_transfer: NewLimit<A>,
    /// No more may leave it in a day of UTC.
    pub per_day: NewLimit<A>,
    /// No more may leave it in a month of UTC.
    pub per_month: NewLimit<A>,
}

impl<A> Default for LimitChange<A> {
    /// All limits stay as they are.
    fn default() -> Self {
        Self {
            min_balance: NewLimit::Keep,
            max_balance: NewLimit::Keep,
            per_transfer: NewLimit::Keep,
            per_day: NewLimit::Keep,
            per_month: NewLimit::Keep,
        }
    }
}

impl<A> LimitChange<A> {
    /// Whether what left the account before counts from then on, where it did not.
    #[must_use]
    pub const fn opens_window(&self) -> bool {
        matches!(self.per_day, NewLimit::Set(_)) || matches!(self.per_month, NewLimit::Set(_))
    }
}

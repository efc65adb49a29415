//! A change of an account's limits.

use crate::money::{Amount, Currency, WrittenAmount};
use crate::requests::place::{AmountFault, Placed};

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

impl LimitChange<Placed<WrittenAmount>> {
    /// The same in the currency of its account. `None` is that of an account that does not exist.
    pub(super) fn resolve(&self, currency: Option<Currency>) -> Result<LimitChange, AmountFault> {
        let limit = |limit: &NewLimit<Placed<WrittenAmount>>| {
            Ok::<NewLimit, AmountFault>(match limit {
                NewLimit::Keep => NewLimit::Keep,
                NewLimit::Remove => NewLimit::Remove,
                NewLimit::Set(amount) => NewLimit::Set(amount.money(currency)?.amount),
            })
        };
        Ok(LimitChange {
            min_balance: limit(&self.min_balance)?,
            max_balance: limit(&self.max_balance)?,
            per_transfer: limit(&self.per_transfer)?,
            per_day: limit(&self.per_day)?,
            per_month: limit(&self.per_month)?,
        })
    }
}

impl LimitChange {
    /// All limits, in their order.
    pub(super) const fn in_order(&self) -> [NewLimit; 5] {
        [self.min_balance, self.max_balance, self.per_transfer, self.per_day, self.per_month]
    }
}

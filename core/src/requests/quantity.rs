//! How much is asked for.

use crate::money::{Currency, Money, WrittenAmount};
use crate::requests::place::{AmountFault, Placed};

/// How much is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity<M = Money> {
    /// This much or nothing. More than zero.
    Exactly(M),
    /// As much as is available, but no more than this. More than zero.
    UpTo(M),
    /// As much as is available.
    All,
}

impl Quantity {
    /// What is written out in the request.
    pub(crate) const fn money(self) -> Option<Money> {
        match self {
            Self::Exactly(money) | Self::UpTo(money) => Some(money),
            Self::All => None,
        }
    }
}

impl Quantity<Placed<WrittenAmount>> {
    /// The same in a currency. `None` is that of an account or transfer that does not exist.
    pub(super) fn resolve(&self, currency: Option<Currency>) -> Result<Quantity, AmountFault> {
        Ok(match self {
            Self::Exactly(amount) => Quantity::Exactly(amount.money(currency)?),
            Self::UpTo(amount) => Quantity::UpTo(amount.money(currency)?),
            Self::All => Quantity::All,
        })
    }
}

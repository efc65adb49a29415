//! How much is asked for.

use crate::money::Money;

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

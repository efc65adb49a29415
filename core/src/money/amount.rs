//! A number of minor units, with checked arithmetic only.

/// A number of minor units (cents, for the euro), from -2^63 to 2^63 - 1.
///
/// Which currency's units it counts is known from where it stands; [`Money`](crate::money::Money) carries both. All arithmetic is checked.
///
/// ```
/// use teller_ledger_core::money::Amount;
///
/// assert_eq!(Amount::from_minor(5).checked_add(Amount::from_minor(7)), Some(Amount::from_minor(12)));
/// assert_eq!(Amount::MAX.checked_add(Amount::from_minor(1)), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount: 9,223,372,036,854,775,807 minor units.
    pub const MAX: Self = Self(i64::MAX);
    /// The smallest amount: -9,223,372,036,854,775,808 minor units.
    pub const MIN: Self = Self(i64::MIN);

    /// An amount of so many minor units.
    #[must_use]
    pub const fn from_minor(units: i64) -> Self {
        Self(units)
    }

    /// The number of minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether there is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The sum, or `None` where it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` where it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The same distance from zero on the other side, or `None` for [`Amount::MIN`].
    #[must_use]
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }
}

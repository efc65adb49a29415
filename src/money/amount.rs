use std::fmt;

use bigdecimal::BigDecimal;
use serde::{Serialize, Serializer};

use super::currency::Currency;
use super::decimal::{self, AmountError};

/// A number of minor units (cents, for the euro), from -2^63 to 2^63 - 1.
///
/// Which currency's units it counts is known from where it stands; [`Money`] carries both. All arithmetic is checked.
///
/// ```
/// use teller::money::Amount;
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

/// An amount and the currency it is in.
///
/// ```
/// use teller::money::{Currency, Money};
///
/// let euro = Currency::new("EUR".parse()?, 2)?;
/// let price = Money::parse("12.34", euro)?;
/// assert_eq!(price.amount.minor(), 1234);
/// assert_eq!(price.to_string(), "12.34 EUR");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much, in minor units of `currency`.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// So much of a currency.
    #[must_use]
    pub const fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Reads an amount as people type it: digits, and a point with at most the currency's number of decimals behind it.
    ///
    /// # Errors
    /// [`AmountError`] for anything else: a sign, an exponent, grouping marks, blanks, `NaN`, too many decimals, too large.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        decimal::parse_unsigned(text, currency).map(|amount| Self { amount, currency })
    }

    /// Reads a balance or a limit: as [`Money::parse`], with an optional `-` in front.
    ///
    /// # Errors
    /// [`AmountError`], as for [`Money::parse`].
    pub fn parse_signed(text: &str, currency: Currency) -> Result<Self, AmountError> {
        decimal::parse_signed(text, currency).map(|amount| Self { amount, currency })
    }

    /// Takes a decimal that was computed elsewhere.
    ///
    /// # Errors
    /// [`AmountError::TooPrecise`] when it is no whole number of minor units, [`AmountError::TooLarge`] when it does not fit.
    pub fn from_decimal(value: &BigDecimal, currency: Currency) -> Result<Self, AmountError> {
        decimal::from_decimal(value, currency).map(|amount| Self { amount, currency })
    }

    /// The exact decimal, with the currency's number of decimals.
    #[must_use]
    pub fn to_decimal(self) -> BigDecimal {
        BigDecimal::new(self.amount.minor().into(), i64::from(self.currency.exponent()))
    }

    /// The number without the currency, `12.34`, as JSON, CSV and tables show it.
    #[must_use]
    pub fn number(self) -> String {
        decimal::format(self.amount, self.currency.exponent())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.currency.code())
    }
}

impl Serialize for Money {
    /// The number as text, so that no reader rounds it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.number())
    }
}

//! An amount with its currency: what people type and read.

use std::fmt;

use bigdecimal::BigDecimal;
use serde::{Serialize, Serializer};

use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::money::decimal;
use crate::money::decimal::AmountError;

/// An amount and the currency it is in.
///
/// ```
/// use teller_ledger_core::money::{Currency, Money};
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

//! Turning an amount of one currency into one of another.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode};
use thiserror::Error;

use crate::money::currency::Currency;
use crate::money::decimal;
use crate::money::decimal::AmountError;
use crate::money::with_currency::Money;

/// The most decimals of a rate.
const DECIMALS_MAX: usize = 18;

/// How many whole units of one currency one whole unit of another is worth. More than zero, at most 18 decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate(BigDecimal);

impl Rate {
    /// What an amount is worth at this rate, exactly.
    #[must_use]
    pub fn of(&self, amount: &BigDecimal) -> BigDecimal {
        amount * &self.0
    }
}

impl FromStr for Rate {
    type Err = ExchangeError;

    fn from_str(text: &str) -> Result<Self, ExchangeError> {
        match decimal::parse_plain(text, DECIMALS_MAX) {
            // `150.5` and `150.50` are one rate, and are recorded as one.
            Some(rate) if rate > 0 => Ok(Self(rate.normalized())),
            _ => Err(ExchangeError::Rate { text: text.chars().take(40).collect() }),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

/// What becomes of the part of a minor unit that an exchange comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest unit; of two that are equally near, to the even one.
    #[default]
    HalfEven,
    /// To the nearest unit; of two that are equally near, to the larger one.
    HalfUp,
    /// It is dropped.
    Down,
    /// It makes a whole unit.
    Up,
}

impl Rounding {
    /// All of them.
    pub const ALL: &[Self] = &[Self::HalfEven, Self::HalfUp, Self::Down, Self::Up];

    /// The word for it, on the command line and in what is recorded.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HalfEven => "half-even",
            Self::HalfUp => "half-up",
            Self::Down => "down",
            Self::Up => "up",
        }
    }

    const fn mode(self) -> RoundingMode {
        match self {
            Self::HalfEven => RoundingMode::HalfEven,
            Self::HalfUp => RoundingMode::HalfUp,
            Self::Down => RoundingMode::Down,
            Self::Up => RoundingMode::Up,
        }
    }
}

impl FromStr for Rounding {
    type Err = ExchangeError;

    fn from_str(text: &str) -> Result<Self, ExchangeError> {
        let found = Self::ALL.iter().copied().find(|rounding| rounding.as_str() == text);
        found.ok_or_else(|| ExchangeError::Rounding { text: text.chars().take(40).collect() })
    }
}

/// Why something cannot be exchanged so.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExchangeError {
    /// Not a rate.
    #[error("{text:?} is not a rate; write a number above zero with at most 18 decimals, like 0.9261")]
    Rate {
        /// What was given, shortened to 40 characters.
        text: String,
    },
    /// Not a way of rounding.
    #[error("{text:?} is not a way of rounding; the ways are half-even, half-up, down and up")]
    Rounding {
        /// What was given, shortened to 40 characters.
        text: String,
    },
}

input_code!(ExchangeError = "exchange_invalid");

/// What an amount comes to in another currency. Computed exactly, then rounded once.
///
/// ```
/// use teller_ledger_core::money::{Currency, Money, Rounding, exchange};
///
/// let dollar = Currency::new("USD".parse()?, 2)?;
/// let yen = Currency::new("JPY".parse()?, 0)?;
/// let bought = exchange(Money::parse("10.00", dollar)?, &"149.25".parse()?, yen, Rounding::HalfEven)?;
/// assert_eq!(bought.to_string(), "1492 JPY");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AmountError::TooLarge`].
pub fn exchange(sold: Money, rate: &Rate, currency: Currency, rounding: Rounding) -> Result<Money, AmountError> {
    let exact = sold.to_decimal() * &rate.0;
    Money::from_decimal(&exact.with_scale_round(i64::from(currency.exponent()), rounding.mode()), currency)
}

#[cfg(test)]
mod tests {
    use crate::money::amount::Amount;

    use super::*;

    fn currency(code: &str, exponent: u8) -> Currency {
        Currency::new(code.parse().unwrap(), exponent).unwrap()
    }

    fn bought(sold: &str, rate: &str, rounding: Rounding) -> Result<Amount, AmountError> {
        let sold = Money::parse(sold, currency("USD", 2)).unwrap();
        exchange(sold, &rate.parse().unwrap(), currency("EUR", 2), rounding).map(|money| money.amount)
    }

    #[test]
    fn an_exchange_is_rounded_once_and_as_asked() {
        let cases = [
            ("10.00", "0.9261", [926, 926, 926, 927]),
            // Ties.
            ("1.00", "0.005", [0, 1, 0, 1]),
            ("1.00", "0.015", [2, 2, 1, 2]),
            ("1.00", "0.025", [2, 3, 2, 3]),
            // A tie but for the last digit, which a float does not have.
            ("1.00", "0.005000000000000001", [1, 1, 0, 1]),
        ];
        for (sold, rate, expected) in cases {
            let found = Rounding::ALL.iter().map(|rounding| bought(sold, rate, *rounding).unwrap().minor());
            assert_eq!(found.collect::<Vec<_>>(), expected, "{sold} at {rate}");
        }
    }

    #[test]
    fn large_amounts_are_exact_or_refused() {
        assert_eq!(bought("92233720368547758.07", "1", Rounding::HalfEven), Ok(Amount::MAX));
        assert_eq!(
            bought("90071992547409.93", "1.000000000000000001", Rounding::Up),
            Ok(Amount::from_minor(9_007_199_254_740_994))
        );
        assert!(matches!(bought("92233720368547758.07", "1.1", Rounding::Down), Err(AmountError::TooLarge { .. })));
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in
            ["0", "0.000", "-1", "1e3", "", " 1", "1,5", "NaN", "Infinity", "0.0000000000000000001", &"9".repeat(65)]
        {
            assert!(matches!(text.parse::<Rate>(), Err(ExchangeError::Rate { .. })), "{text:?}");
        }
    }

    #[test]
    fn a_rate_is_shown_alike_however_it_is_written() {
        for (text, shown) in
            [("150.5", "150.5"), ("150.50", "150.5"), ("0150.500", "150.5"), ("100", "100"), ("1.0", "1")]
        {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), shown);
        }
        assert_eq!("1.5".parse::<Rate>(), "1.50".parse());
    }
}

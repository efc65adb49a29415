//! An amount before its currency is known.

use std::fmt;

use bigdecimal::BigDecimal;

use crate::money::amount::Amount;
use crate::money::currency::{Currency, EXPONENT_MAX};
use crate::money::decimal::{self, AmountError};
use crate::money::with_currency::Money;

/// A number as a client wrote it: digits with at most one point between them, and a sign where there may be one. It is kept digit by digit,
/// because how many decimals it may have depends on a currency that only the book knows.
///
/// ```
/// use teller_ledger_core::money::{Currency, Money, WrittenAmount};
///
/// let euro = Currency::new("EUR".parse()?, 2)?;
/// assert_eq!(WrittenAmount::parse("12.3")?.money(euro)?, Money::parse("12.30", euro)?);
/// assert!(WrittenAmount::parse("-1").is_err());
/// assert!(WrittenAmount::parse("0.001")?.money(euro).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenAmount {
    text: String,
}

impl WrittenAmount {
    /// Reads an amount as people type it, without a sign.
    ///
    /// # Errors
    /// [`AmountError::Empty`], [`AmountError::Signed`], [`AmountError::NotANumber`].
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        decimal::check_unsigned(text)?;
        Ok(Self { text: text.to_owned() })
    }

    /// Reads a balance or a limit: as [`WrittenAmount::parse`], with an optional `-` in front.
    ///
    /// # Errors
    /// [`AmountError::Empty`], [`AmountError::NotANumber`].
    pub fn parse_signed(text: &str) -> Result<Self, AmountError> {
        decimal::check_signed(text)?;
        Ok(Self { text: text.to_owned() })
    }

    /// The same number on the other side of zero.
    #[must_use]
    pub fn negated(&self) -> Self {
        let text = match self.text.strip_prefix('-') {
            Some(size) => size.to_owned(),
            None => format!("-{}", self.text),
        };
        Self { text }
    }

    /// Whether it is a larger number, in whichever currency both are.
    ///
    /// ```
    /// use teller_ledger_core::money::WrittenAmount;
    ///
    /// let [five, other] = ["5.000", "5"].map(|text| WrittenAmount::parse(text).unwrap());
    /// assert!(!five.is_more_than(&other));
    /// assert!(WrittenAmount::parse("10")?.is_more_than(&five));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_more_than(&self, other: &Self) -> bool {
        let number = |text: &str| text.parse::<BigDecimal>().unwrap_or_default();
        number(&self.text) > number(&other.text)
    }

    /// What it is in minor units of a currency.
    ///
    /// # Errors
    /// [`AmountError::TooPrecise`], [`AmountError::TooLarge`].
    pub fn amount(&self, currency: Currency) -> Result<Amount, AmountError> {
        decimal::parse_signed(&self.text, currency)
    }

    /// What it is in a currency.
    ///
    /// # Errors
    /// As [`WrittenAmount::amount`].
    pub fn money(&self, currency: Currency) -> Result<Money, AmountError> {
        Ok(Money::new(self.amount(currency)?, currency))
    }

    /// What it is where there is no currency, because what would have it does not exist: as much of `XXX`, with as many decimals. Nothing is
    /// ever posted in that. It lets the rules refuse the request as a whole.
    ///
    /// # Errors
    /// As [`WrittenAmount::amount`], for more decimals than any currency has.
    pub fn money_of_nothing(&self) -> Result<Money, AmountError> {
        let decimals = self.text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        self.money(Currency::none(u8::try_from(decimals).unwrap_or(EXPONENT_MAX).min(EXPONENT_MAX)))
    }
}

impl From<Money> for WrittenAmount {
    fn from(money: Money) -> Self {
        Self { text: money.number() }
    }
}

impl fmt::Display for WrittenAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        Currency::new("EUR".parse().unwrap(), 2).unwrap()
    }

    #[test]
    fn what_is_no_number_is_refused_before_the_currency_is_known() {
        for text in ["", "x", "1e3", " 1", "1,0", ".5", "5.", "NaN", "+1", "-1"] {
            let without = WrittenAmount::parse(text).unwrap_err();
            assert_eq!(Money::parse(text, euro()).unwrap_err(), without, "{text:?}");
        }
        assert_eq!(WrittenAmount::parse_signed("-").unwrap_err(), Money::parse_signed("-", euro()).unwrap_err());
    }

    #[test]
    fn a_written_amount_is_read_as_the_same_text_is_in_its_currency() {
        for text in ["0", "010", "1.5", "1.50", "0.001", "92233720368547758.08", &"9".repeat(1_000)] {
            assert_eq!(WrittenAmount::parse(text).unwrap().money(euro()), Money::parse(text, euro()), "{text}");
        }
        assert_eq!(WrittenAmount::parse("1.50").unwrap().negated().amount(euro()), Ok(Amount::from_minor(-150)));
        assert_eq!(WrittenAmount::parse_signed("-1").unwrap().negated().amount(euro()), Ok(Amount::from_minor(100)));
    }

    #[test]
    fn an_amount_of_nothing_has_as_many_decimals_as_are_written_up_to_the_most() {
        let money = |text: &str| WrittenAmount::parse(text).unwrap().money_of_nothing();
        assert_eq!(money("1.2345").unwrap().to_string(), "1.2345 XXX");
        assert!(matches!(money(&format!("0.{}", "1".repeat(19))), Err(AmountError::TooPrecise { .. })));
        assert!(matches!(money(&format!("0.{}", "1".repeat(300))), Err(AmountError::TooLarge { .. })));
    }
}

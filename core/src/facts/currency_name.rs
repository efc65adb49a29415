//! What people call a currency.

use std::fmt;
use std::str::FromStr;

use crate::facts::text::{TextError, check_identifier, check_length, composed};

const LENGTH_MAX: usize = 1_024;

/// What people call a currency, `USD Coin`: 1 to 1,024 bytes of UTF-8 in Unicode's composed form, without blanks at the ends and without
/// control, format and invisible characters. It stands in tables and forms where nothing else tells currencies apart.
///
/// ```
/// use teller_ledger_core::facts::CurrencyName;
///
/// assert_eq!("USD Coin".parse::<CurrencyName>()?.as_str(), "USD Coin");
/// assert!("USD\tCoin".parse::<CurrencyName>().is_err());
/// # Ok::<(), teller_ledger_core::facts::TextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyName(String);

impl CurrencyName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CurrencyName {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        const WHAT: &str = "currency name";
        let text = composed(text);
        check_length(WHAT, &text, LENGTH_MAX)?;
        check_identifier(WHAT, &text)?;
        Ok(Self(text.into_owned()))
    }
}

impl fmt::Display for CurrencyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currencys_name_has_nothing_that_is_not_seen() {
        for name in ["Euro", "Zoë's points", "Lei (new)", "円", &"x".repeat(1_024)] {
            assert_eq!(name.parse::<CurrencyName>().unwrap().as_str(), name);
        }
        assert_eq!("cafe\u{301}".parse::<CurrencyName>().unwrap().as_str(), "caf\u{e9}");
        for name in ["", " Euro", "Euro ", "Eu\tro", "Eu\nro", "Eu\0ro", "\u{202e}oruE", "Euro\u{200f}", "Eu\u{200b}ro"]
        {
            assert!(name.parse::<CurrencyName>().is_err(), "{name:?}");
        }
        assert!("x".repeat(1_025).parse::<CurrencyName>().is_err());
    }
}

//! The edge between decimals and minor units. Every amount that a person or a program hands in passes here.

use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive, Zero};
use thiserror::Error;

use crate::money::amount::Amount;
use crate::money::currency::{Currency, CurrencyCode};

/// The longest number that is read, in bytes: far beyond any amount that fits, and short enough that a megabyte of digits costs nothing.
const TEXT_LENGTH_MAX: usize = 64;

/// Why a text or a decimal is not an amount.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AmountError {
    /// Nothing was given.
    #[error("the amount is empty; write it like 12.34")]
    Empty,
    /// A `-` or a `+` stands where only the size of an amount belongs.
    #[error("amount {text:?} has a sign; amounts are written without one, the direction is given by the accounts")]
    Signed {
        /// What was given.
        text: String,
    },
    /// Anything but digits with at most one point between them.
    #[error(
        "{text:?} is not an amount; write digits and a point, like 1000.00, without exponents, blanks or grouping marks"
    )]
    NotANumber {
        /// What was given, shortened to 64 bytes.
        text: String,
    },
    /// More decimals than the currency has.
    #[error("amount {text} has {decimals} decimals, {currency} has {decimals_max}")]
    TooPrecise {
        /// What was given.
        text: String,
        /// How many decimals that has.
        decimals: u64,
        /// How many it may have.
        decimals_max: u8,
        /// The currency.
        currency: CurrencyCode,
    },
    /// Beyond 2^63 - 1 minor units.
    #[error("amount {text} is too large; the most is {max} {currency}")]
    TooLarge {
        /// What was given, shortened to 64 bytes.
        text: String,
        /// The largest amount of the currency.
        max: String,
        /// The currency.
        currency: CurrencyCode,
    },
}

input_code!(AmountError = "amount_invalid");

/// What can be refused of an amount before its currency is known.
pub(crate) fn check_unsigned(text: &str) -> Result<(), AmountError> {
    if text.starts_with(['-', '+']) {
        return Err(AmountError::Signed { text: shortened(text) });
    }
    check_signed(text)
}

/// As [`check_unsigned`], for what may have a `-` in front.
pub(crate) fn check_signed(text: &str) -> Result<(), AmountError> {
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    if !is_plain_decimal(text.strip_prefix('-').unwrap_or(text)) {
        return Err(AmountError::NotANumber { text: shortened(text) });
    }
    Ok(())
}

pub(crate) fn parse_unsigned(text: &str, currency: Currency) -> Result<Amount, AmountError> {
    check_unsigned(text)?;
    parse_signed(text, currency)
}

pub(crate) fn parse_signed(text: &str, currency: Currency) -> Result<Amount, AmountError> {
    check_signed(text)?;
    if text.len() > TEXT_LENGTH_MAX {
        return Err(too_large(text, currency));
    }
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals > usize::from(currency.exponent()) {
        return Err(too_precise(text, decimals as u64, currency));
    }

    let value = BigDecimal::from_str(text).map_err(|_| AmountError::NotANumber { text: shortened(text) })?;
    from_decimal(&value, currency)
}

pub(crate) fn from_decimal(value: &BigDecimal, currency: Currency) -> Result<Amount, AmountError> {
    if value.is_zero() {
        return Ok(Amount::ZERO);
    }
    // A decimal such as 1e400 would be written out in full before it could be found too large, and the library that has it counts its
    // places in 64 bits.
    if value.fractional_digit_count() < -i64::from(Amount::MAX.minor().ilog10()) {
        return Err(too_large(&shown(value), currency));
    }
    let normal = value.normalized();
    let decimals = normal.fractional_digit_count();
    if decimals > i64::from(currency.exponent()) {
        return Err(too_precise(&shown(value), decimals.unsigned_abs(), currency));
    }

    let (units, _) = normal.with_scale(i64::from(currency.exponent())).into_bigint_and_exponent();
    units.to_i64().map(Amount::from_minor).ok_or_else(|| too_large(&shown(value), currency))
}

/// A decimal for people: in full, or its digits and the power of ten where there would be too many zeros.
fn shown(value: &BigDecimal) -> String {
    let (digits, scale) = value.as_bigint_and_exponent();
    if scale.unsigned_abs() <= TEXT_LENGTH_MAX as u64 {
        return shortened(&value.to_plain_string());
    }
    format!("{}e{}", shortened(&digits.to_string()), -i128::from(scale))
}

/// A number without a sign, an exponent or blanks, that has at most so many decimals and is no longer than any number here.
pub(crate) fn parse_plain(text: &str, decimals_max: usize) -> Option<BigDecimal> {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let is_plain = text.len() <= TEXT_LENGTH_MAX && decimals <= decimals_max && is_plain_decimal(text);
    is_plain.then(|| BigDecimal::from_str(text).ok()).flatten()
}

/// The one way to write what several texts mean: `10` for `10`, `010` and `10.00`. `None` for anything but digits and a point.
///
/// ```
/// use teller_ledger_core::money::shortest;
///
/// assert_eq!([shortest("10.50"), shortest("0.0"), shortest("1e3")], [Some("10.5"), Some("0"), None]);
/// ```
#[must_use]
pub fn shortest(text: &str) -> Option<&str> {
    if !is_plain_decimal(text) {
        return None;
    }
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let digits = text.trim_start_matches('0');
    // One zero stays before the point, or where there is nothing else.
    let zero = usize::from(digits.is_empty() || digits.starts_with('.'));
    Some(&text[text.len() - digits.len() - zero..])
}

/// `1234` with an exponent of 2 is `12.34`.
pub(crate) fn format(amount: Amount, exponent: u8) -> String {
    let decimals = usize::from(exponent);
    let sign = if amount < Amount::ZERO { "-" } else { "" };
    let digits = format!("{:0>width$}", amount.minor().unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// ASCII digits, and perhaps a point with digits on both sides. The grammar is ours because every library's is wider.
fn is_plain_decimal(text: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
        None => is_digits(text),
    }
}

fn too_precise(text: &str, decimals: u64, currency: Currency) -> AmountError {
    AmountError::TooPrecise {
        text: shortened(text),
        decimals,
        decimals_max: currency.exponent(),
        currency: currency.code(),
    }
}

fn too_large(text: &str, currency: Currency) -> AmountError {
    AmountError::TooLarge {
        text: shortened(text),
        max: format(Amount::MAX, currency.exponent()),
        currency: currency.code(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEXT_LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {

    use proptest::prelude::*;

    use super::*;

    fn currency(exponent: u8) -> Currency {
        Currency::new("TST".parse().unwrap(), exponent).unwrap()
    }

    #[test]
    fn text_that_is_not_a_plain_decimal_is_refused() {
        for text in [
            "NaN", "Infinity", "inf", "1e400", "1e3", "1E3", " 1", "1 ", "1,000.00", "0x10", "1_000", ".5", "5.",
            "1.2.3", "١٢", "--1", "-", ".", "1\0",
        ] {
            assert!(matches!(parse_signed(text, currency(2)), Err(AmountError::NotANumber { .. })), "{text:?}");
        }
        assert_eq!(parse_signed("", currency(2)), Err(AmountError::Empty));
    }

    #[test]
    fn a_sign_is_refused_where_only_a_size_belongs() {
        for text in ["-0.01", "+1", "-NaN"] {
            assert!(matches!(parse_unsigned(text, currency(2)), Err(AmountError::Signed { .. })), "{text:?}");
        }
        assert_eq!(parse_signed("-0.29", currency(2)), Ok(Amount::from_minor(-29)));
    }

    #[test]
    fn decimals_beyond_the_currency_are_refused_even_when_they_are_zeros() {
        for (text, exponent) in [("0.001", 2), ("1.000", 2), ("1.0", 0), ("0.0001", 3)] {
            assert!(matches!(parse_unsigned(text, currency(exponent)), Err(AmountError::TooPrecise { .. })), "{text}");
        }
    }

    #[test]
    fn texts_that_mean_one_amount_have_one_shortest_form() {
        for (text, expected) in [
            ("10", "10"),
            ("10.0", "10"),
            ("0010.00", "10"),
            ("100", "100"),
            ("5.50", "5.5"),
            ("0", "0"),
            ("000", "0"),
            ("0.00", "0"),
            ("00.010", "0.01"),
        ] {
            assert_eq!(shortest(text), Some(expected), "{text}");
        }
        for text in ["", "-1", "+1", ".5", "5.", "1e3", " 1", "1,0", "x"] {
            assert_eq!(shortest(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_limits_of_the_type_are_exact() {
        let parse = |text| parse_signed(text, currency(2));
        assert_eq!(parse("92233720368547758.07"), Ok(Amount::MAX));
        assert_eq!(parse("-92233720368547758.08"), Ok(Amount::MIN));
        assert_eq!(parse("90071992547409.93"), Ok(Amount::from_minor(9_007_199_254_740_993)));
        for text in ["92233720368547758.08", "-92233720368547758.09", &"9".repeat(64), &"9".repeat(1_000_000)] {
            assert!(matches!(parse(text), Err(AmountError::TooLarge { .. })));
        }
    }

    #[test]
    fn a_computed_decimal_must_be_a_whole_number_of_minor_units() {
        let from = |text: &str| from_decimal(&text.parse().unwrap(), currency(2));
        assert_eq!(from("1.2300"), Ok(Amount::from_minor(123)));
        assert_eq!(from("1e3"), Ok(Amount::from_minor(100_000)));
        assert!(matches!(from("0.001"), Err(AmountError::TooPrecise { .. })));
        assert!(matches!(from("1e400"), Err(AmountError::TooLarge { .. })));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(units: i64, exponent in 0_u8..=18) {
            let amount = Amount::from_minor(units);
            prop_assert_eq!(parse_signed(&format(amount, exponent), currency(exponent)), Ok(amount));
        }
    }
}

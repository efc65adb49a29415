//! Formatting minor units as a decimal number with the digits of the currency.

use std::fmt::Write;

/// A number of minor units as text, with exactly so many decimals: `-734.70`.
#[must_use]
pub fn decimal(minor: i128, exponent: u8) -> String {
    let mut text = String::new();
    append_decimal(&mut text, minor, exponent);
    text
}

/// Appends what [`decimal`] makes.
pub(super) fn append_decimal(text: &mut String, minor: i128, exponent: u8) {
    if minor < 0 {
        text.push('-');
    }
    let decimals = usize::from(exponent);
    // At least one digit stands before the point.
    let begin = text.len();
    let _ = write!(text, "{:0width$}", minor.unsigned_abs(), width = decimals + 1);
    if decimals > 0 {
        let point = text.len() - decimals;
        debug_assert!(point > begin, "a digit stands before the point");
        text.insert(point, '.');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_exactly_the_decimals_of_its_currency() {
        for (minor, exponent, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 3, "-0.005"),
            (-73_470, 2, "-734.70"),
            (1_000, 0, "1000"),
            (i128::from(i64::MAX), 18, "9.223372036854775807"),
            (-2 * i128::from(i64::MAX), 18, "-18.446744073709551614"),
            (9_007_199_254_740_993, 0, "9007199254740993"),
        ] {
            assert_eq!(decimal(minor, exponent), text);
        }
    }
}

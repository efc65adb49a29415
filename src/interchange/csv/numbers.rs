//! How amounts are written in a file.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// What stands between the whole part of a number and its decimals, and what may stand between groups of three digits. It is written as
/// `1234.56` would be.
///
/// ```
/// use teller::interchange::NumberFormat;
///
/// let format: NumberFormat = "1.234,56".parse()?;
/// assert_eq!(format.plain("1.000,5")?, "1000.5");
/// assert!(format.plain("10.50").is_err(), "a group has three digits");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    name: &'static str,
    decimal: char,
    group: Option<&'static [char]>,
}

impl NumberFormat {
    /// Digits and a point.
    pub const PLAIN: Self = Self { name: "1234.56", decimal: '.', group: None };

    const ALL: [Self; 6] = [
        Self::PLAIN,
        Self { name: "1234,56", decimal: ',', group: None },
        Self { name: "1.234,56", decimal: ',', group: Some(&['.']) },
        Self { name: "1,234.56", decimal: '.', group: Some(&[',']) },
        // The blank is often one that does not break.
        Self { name: "1 234,56", decimal: ',', group: Some(&[' ', '\u{a0}', '\u{202f}']) },
        Self { name: "1'234.56", decimal: '.', group: Some(&['\'', '\u{2019}']) },
    ];

    /// The same number in digits and a point, with a `-` before it where there was one. Plain numbers are left as they are.
    ///
    /// # Errors
    /// What is wrong with it, and how it should be written.
    pub fn plain(self, text: &str) -> Result<Cow<'_, str>, String> {
        if self == Self::PLAIN {
            return Ok(Cow::Borrowed(text));
        }
        let plain = self.read(text).map(Cow::Owned);
        plain.ok_or_else(|| format!("{text:?} is not an amount that is written like {}", self.name))
    }

    fn read(self, text: &str) -> Option<String> {
        let (sign, number) = match text.strip_prefix('-') {
            Some(number) => ("-", number),
            None => ("", text),
        };
        let (whole, decimals) = match number.split_once(self.decimal) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (number, None),
        };
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !decimals.is_none_or(are_digits) {
            return None;
        }
        let groups: Vec<_> = whole.split(self.group.unwrap_or_default()).collect();
        let [first, others @ ..] = groups.as_slice() else { return None };
        let is_whole = are_digits(first)
            && (others.is_empty() || first.len() <= 3)
            && others.iter().all(|group| group.len() == 3 && are_digits(group));
        let point = if decimals.is_some() { "." } else { "" };
        is_whole.then(|| format!("{sign}{}{point}{}", groups.concat(), decimals.unwrap_or_default()))
    }
}

impl Default for NumberFormat {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl fmt::Display for NumberFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for NumberFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(|format| format.name).join(", ");
        Self::ALL.into_iter().find(|format| format.name == text).ok_or_else(|| format!("write one of {}", names()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(format: &str, text: &str) -> Option<String> {
        format.parse::<NumberFormat>().unwrap().plain(text).ok().map(Cow::into_owned)
    }

    #[test]
    fn numbers_are_read_as_their_format_says() {
        for (format, text, number) in [
            ("1234.56", "10.50", "10.50"),
            ("1234,56", "1234,56", "1234.56"),
            ("1234,56", "-7", "-7"),
            ("1.234,56", "1.234.567,89", "1234567.89"),
            ("1.234,56", "1234,5", "1234.5"),
            ("1.234,56", "1.234", "1234"),
            ("1,234.56", "1,234.5", "1234.5"),
            ("1 234,56", "1\u{202f}234,56", "1234.56"),
            ("1'234.56", "1\u{2019}234.56", "1234.56"),
        ] {
            assert_eq!(plain(format, text).as_deref(), Some(number), "{format}: {text}");
        }
    }

    #[test]
    fn a_number_that_could_mean_two_things_is_refused() {
        for (format, text) in [
            ("1234,56", "10.50"),
            ("1234,56", "1.234,56"),
            ("1.234,56", "10.50"),
            ("1.234,56", "1.2345"),
            ("1.234,56", "1234.567"),
            ("1.234,56", ".234"),
            ("1.234,56", "1,234,5"),
            ("1.234,56", "1,2.345"),
            ("1,234.56", "1,50"),
            ("1,234.56", ""),
            ("1,234.56", "1."),
            ("1,234.56", "--1"),
            ("1,234.56", "+1"),
            ("1 234,56", "1e3"),
        ] {
            assert_eq!(plain(format, text), None, "{format}: {text}");
        }
        assert!("1.234.56".parse::<NumberFormat>().unwrap_err().contains("1.234,56"));
    }
}

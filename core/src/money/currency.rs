//! A currency's code, and how many decimals its amounts have.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use thiserror::Error;

/// The longest currency code, in bytes.
const CODE_LENGTH_MAX: usize = 12;

/// The most decimals a currency may have: one whole unit still fits an [`Amount`](super::Amount).
pub(super) const EXPONENT_MAX: u8 = 18;
const _: () = assert!(10_i64.checked_pow(EXPONENT_MAX as u32).is_some());

/// A currency's code: an upper-case letter, then two to eleven upper-case letters or digits. `EUR`, `USDC`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CurrencyCode {
    /// ASCII, filled up with zeros.
    bytes: [u8; CODE_LENGTH_MAX],
}

impl CurrencyCode {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let length = self.bytes.iter().position(|&byte| byte == 0).unwrap_or(CODE_LENGTH_MAX);
        str::from_utf8(&self.bytes[..length]).unwrap_or_default()
    }
}

impl FromStr for CurrencyCode {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let is_plain = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let starts_with_letter = text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
        if !(3..=CODE_LENGTH_MAX).contains(&text.len()) || !starts_with_letter || !text.as_bytes().iter().all(is_plain)
        {
            return Err(CurrencyError::Code { text: text.chars().take(40).collect() });
        }

        let mut bytes = [0; CODE_LENGTH_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { bytes })
    }
}

impl Serialize for CurrencyCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for CurrencyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A currency: its code, and its exponent, which is the number of its decimals (EUR 2, JPY 0, BHD 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency {
    code: CurrencyCode,
    exponent: u8,
}

impl Currency {
    /// A currency with an exponent of 0 to 18.
    ///
    /// # Errors
    /// [`CurrencyError::Exponent`] when the exponent is above 18.
    pub const fn new(code: CurrencyCode, exponent: u8) -> Result<Self, CurrencyError> {
        if exponent > EXPONENT_MAX {
            return Err(CurrencyError::Exponent { exponent });
        }
        Ok(Self { code, exponent })
    }

    /// `XXX`, which ISO 4217 has for no currency.
    pub(super) const fn none(exponent: u8) -> Self {
        let mut bytes = [0; CODE_LENGTH_MAX];
        [bytes[0], bytes[1], bytes[2]] = *b"XXX";
        Self { code: CurrencyCode { bytes }, exponent }
    }

    /// The code.
    #[must_use]
    pub const fn code(self) -> CurrencyCode {
        self.code
    }

    /// The number of decimals.
    #[must_use]
    pub const fn exponent(self) -> u8 {
        self.exponent
    }
}

/// Why something cannot be a currency.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CurrencyError {
    /// The code has other characters, or too few, or too many.
    #[error("{text:?} is not a currency code: 3 to 12 upper-case letters and digits, the first a letter, such as EUR")]
    Code {
        /// What was given, shortened to 40 characters.
        text: String,
    },
    /// The exponent is too large.
    #[error("a currency has 0 to 18 decimals, {exponent} were given")]
    Exponent {
        /// What was given.
        exponent: u8,
    },
}

input_code!(CurrencyError = "currency_invalid");

//! Texts in cells. A spreadsheet computes a text that begins like a formula.

use std::borrow::Cow;

/// What a text begins with that a spreadsheet computes.
const FORMULA_BEGINS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// How texts are written into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextCells {
    /// For spreadsheets: an apostrophe stands before what would be computed.
    Safe,
    /// As they are, for programs.
    Raw,
}

impl TextCells {
    /// A text as its cell has it.
    ///
    /// ```
    /// use teller::interchange::TextCells;
    ///
    /// assert_eq!(TextCells::Safe.cell("=1+1"), "'=1+1");
    /// assert_eq!(TextCells::Safe.cell("-5.00"), "-5.00");
    /// assert_eq!(TextCells::Raw.cell("=1+1"), "=1+1");
    /// ```
    #[must_use]
    pub fn cell(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Safe if is_formula(text) => Cow::Owned(format!("'{text}")),
            Self::Safe | Self::Raw => Cow::Borrowed(text),
        }
    }
}

/// A text with an apostrophe before it is text to a spreadsheet. Numbers below zero are no formulas.
fn is_formula(text: &str) -> bool {
    text.starts_with(FORMULA_BEGINS) && !text.strip_prefix('-').is_some_and(is_number)
}

/// Digits, with a decimal point among them or without.
fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && are_digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts_and_numbers_stay_numbers() {
        for formula in [
            "=cmd|' /C calc'!A0",
            "@x",
            "+1",
            "-1+1",
            "-",
            "--5",
            "-5.",
            "-.5",
            "-a",
            "\t=1",
            "\r=1",
            "\n=1",
            "-5.00 EUR",
        ] {
            assert_eq!(TextCells::Safe.cell(formula), format!("'{formula}"));
            assert_eq!(TextCells::Raw.cell(formula), formula);
        }
        for harmless in ["", "-5.00", "-5", "5", "a=b", "x@y", "'=1", "rent", " =1"] {
            assert_eq!(TextCells::Safe.cell(harmless), harmless);
        }
    }
}

//! Cells of CSV. A spreadsheet computes a text that begins like a formula, and a terminal obeys some characters.

use std::borrow::Cow;

use crate::wire::visible;

/// What a text begins with that a spreadsheet computes.
const FORMULA_BEGINS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// How cells are made safe for their reader.
#[derive(Clone, Copy)]
pub(super) struct Cells {
    /// Whether formulas stay as they are.
    pub(super) are_raw: bool,
    pub(super) are_for_a_terminal: bool,
}

impl Cells {
    pub(super) fn cell(self, text: &str) -> Cow<'_, str> {
        let text = if self.are_for_a_terminal { visible(text) } else { Cow::Borrowed(text) };
        if self.are_raw || !is_formula(&text) { text } else { Cow::Owned(format!("'{text}")) }
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
        let safe = Cells { are_raw: false, are_for_a_terminal: false };
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
            assert_eq!(safe.cell(formula), format!("'{formula}"));
            assert_eq!(Cells { are_raw: true, ..safe }.cell(formula), formula);
        }
        for harmless in ["", "-5.00", "-5", "5", "a=b", "x@y", "'=1", "rent", " =1"] {
            assert_eq!(safe.cell(harmless), harmless);
        }
    }

    #[test]
    fn a_terminal_gets_no_commands() {
        let terminal = Cells { are_raw: true, are_for_a_terminal: true };
        assert_eq!(terminal.cell("\u{1b}]52;c;aGk=\u{7}"), "\\u{1b}]52;c;aGk=\\u{7}");
    }
}

//! Cells of CSV. A spreadsheet computes a text that begins like a formula, and a terminal obeys some characters.

use std::borrow::Cow;

use crate::interchange::TextCells;
use crate::wire::visible;

/// How cells are made safe for their reader.
#[derive(Clone, Copy)]
pub(super) struct Cells {
    /// Whether formulas stay as they are.
    pub(super) texts: TextCells,
    pub(super) are_for_a_terminal: bool,
}

impl Cells {
    pub(super) fn cell(self, text: &str) -> Cow<'_, str> {
        if self.are_for_a_terminal {
            return Cow::Owned(self.texts.cell(&visible(text)).into_owned());
        }
        self.texts.cell(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_commands() {
        let terminal = Cells { texts: TextCells::Raw, are_for_a_terminal: true };
        assert_eq!(terminal.cell("\u{1b}]52;c;aGk=\u{7}"), "\\u{1b}]52;c;aGk=\\u{7}");
    }
}

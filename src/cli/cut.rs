//! Texts that have to fit: on one line, cut, or on several lines.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::wire::visible;

/// What parts of names and paths end with.
const PART_ENDS: [char; 2] = [':', '/'];
/// What stands for the rest of a text.
const REST: char = '\u{2026}';

/// Line ends and tabs would break the table, and other such characters the terminal.
pub(super) fn single_line(text: &str) -> String {
    visible(&text.replace(['\n', '\r', '\t'], " ")).into_owned()
}

/// The beginning of a text, as wide as there is room, with a mark where something is missing.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (beginning, _) = split(text, width.saturating_sub(1));
    format!("{beginning}{REST}")
}

/// How wide a text is, whose lines stand below each other.
pub(super) fn widest(text: &str) -> usize {
    text.split('\n').map(UnicodeWidthStr::width).max().unwrap_or_default()
}

/// The lines of a text, each on lines of that width.
pub(super) fn wrap_lines(text: &str, width: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrap(line, width)).collect()
}

/// A text on lines of that width. They end at blanks where they can, or else between the parts of a name or a path, or behind any character.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while rest.width() > width {
        let (beginning, behind) = split(rest, width);
        if behind.is_empty() {
            // One character that is wider than the line.
            break;
        }
        // A line that is full may be followed by a blank.
        let blank = if behind.starts_with(' ') { Some(beginning.len()) } else { beginning.rfind(' ') };
        let (line, next) = if let Some(blank) = blank.filter(|&blank| blank > 0) {
            (rest[..blank].trim_end(), rest[blank..].trim_start())
        } else {
            let parts = beginning.rfind(PART_ENDS).map_or(beginning.len(), |index| index + 1);
            rest.split_at(parts)
        };
        lines.push(line.to_owned());
        rest = next;
    }
    lines.push(rest.to_owned());
    lines
}

/// The text up to a width, but one character at least, and what stands behind it.
fn split(text: &str, width: usize) -> (&str, &str) {
    let mut used = 0;
    let end = text.char_indices().find(|(index, character)| {
        used += character.width().unwrap_or_default();
        used > width && *index > 0
    });
    text.split_at(end.map_or(text.len(), |(index, _)| index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_to_its_room() {
        for (text, width, expected) in [
            ("rent", 4, "rent"),
            ("rent for May", 6, "rent \u{2026}"),
            ("\u{6771}\u{4eac}\u{90fd}", 5, "\u{6771}\u{4eac}\u{2026}"),
            ("", 3, ""),
        ] {
            assert_eq!(cut(text, width), expected);
        }
    }

    #[test]
    fn a_text_is_wrapped_at_blanks_and_loses_nothing() {
        for (text, width, lines) in [
            ("set it on and start again", 10, &["set it on", "and start", "again"][..]),
            ("set it on", 6, &["set it", "on"]),
            ("customers:alice", 8, &["customer", "s:alice"]),
            ("assets:giro", 9, &["assets:", "giro"]),
            ("a customers:alice", 8, &["a", "customer", "s:alice"]),
            ("", 8, &[""]),
            ("\u{6771}\u{4eac}", 1, &["\u{6771}", "\u{4eac}"]),
        ] {
            assert_eq!(wrap(text, width), lines, "{text}");
        }
    }
}

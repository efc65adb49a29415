//! Characters that deceive who reads a text: those that a terminal obeys, those that turn its direction, and those that cannot be seen.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::facts::is_unseen;

/// Whether a character is a command to the terminal, changes the direction of the text, or cannot be seen.
#[must_use]
pub fn is_deceptive(character: char) -> bool {
    character.is_control() || (!character.is_ascii() && is_unseen(character))
}

/// The text with each deceptive character as its number, `\u{1b}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_deceptive(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Writes a JSON document on one line. Deceptive characters stand in it as `\u001b` and the like.
///
/// # Errors
/// What the writer says.
pub fn write_json(writer: impl io::Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(writer, Visible(CompactFormatter)))?)
}

/// Writes a JSON document for people, on several lines.
///
/// # Errors
/// What the writer says.
pub fn write_json_pretty(writer: impl io::Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(writer, Visible(PrettyFormatter::new())))?)
}

/// Writes deceptive characters of texts as their numbers, and all else as the formatter inside does.
struct Visible<F>(F);

impl<F: Formatter> Formatter for Visible<F> {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if !fragment.contains(is_deceptive) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut escaped = String::with_capacity(fragment.len() + 16);
        for character in fragment.chars() {
            if is_deceptive(character) {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            } else {
                escaped.push(character);
            }
        }
        writer.write_all(escaped.as_bytes())
    }

    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// Hands text on to a terminal with deceptive characters in JSON's escapes. Line ends stay: JSON has no raw ones inside of texts.
pub struct TerminalJson<W> {
    writer: W,
    /// The beginning of a character whose end was not written yet.
    rest: Vec<u8>,
}

impl<W: io::Write> TerminalJson<W> {
    /// What is written here goes to the writer.
    pub const fn new(writer: W) -> Self {
        Self { writer, rest: Vec::new() }
    }
}

impl<W: io::Write> io::Write for TerminalJson<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.rest) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = String::from_utf8_lossy(&self.rest[..whole]).into_owned();
        self.rest.drain(..whole);
        for line in text.split_inclusive('\n') {
            let content = line.strip_suffix('\n').unwrap_or(line);
            Visible(CompactFormatter).write_string_fragment(&mut self.writer, content)?;
            self.writer.write_all(&line.as_bytes()[content.len()..])?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const DECEPTIVE: &[char] = &[
        '\0',
        '\u{7}',
        '\u{1b}',
        '\u{7f}',
        '\u{80}',
        '\u{9b}',
        '\u{9d}',
        '\u{9f}',
        '\u{ad}',
        '\u{61c}',
        '\u{200b}',
        '\u{200d}',
        '\u{200e}',
        '\u{202e}',
        '\u{2028}',
        '\u{2066}',
        '\u{2069}',
        '\u{feff}',
        '\u{e0041}',
    ];

    #[test]
    fn deceptive_characters_become_numbers_and_others_stay() {
        for &character in DECEPTIVE {
            let text = format!("a{character}ß");
            assert_eq!(visible(&text), format!("a\\u{{{:x}}}ß", u32::from(character)));
            let (mut json, mut pretty) = (Vec::new(), Vec::new());
            write_json(&mut json, &text).unwrap();
            write_json_pretty(&mut pretty, &text).unwrap();
            let json = String::from_utf8(json).unwrap();
            assert!(!json.contains(is_deceptive), "{json:?}");
            assert_eq!((json.as_bytes(), serde_json::from_str::<String>(&json).unwrap()), (&pretty[..], text));
        }
        for text in ["", "Ünïcödé", "שלום", "日本", "💶", "e\u{301}", "\\u{1b}", "-5.00"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn a_terminal_gets_json_without_deceptive_characters_however_it_is_cut() {
        let text = "{\"a\":\"x\u{9b}31m\u{202e}y💶\"}\n{}\n";
        for size in 1..text.len() {
            let mut shown = Vec::new();
            let mut terminal = TerminalJson::new(&mut shown);
            text.as_bytes().chunks(size).for_each(|chunk| terminal.write_all(chunk).unwrap());
            assert_eq!(String::from_utf8(shown).unwrap(), "{\"a\":\"x\\u009b31m\\u202ey💶\"}\n{}\n");
        }
    }
}

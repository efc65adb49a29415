//! Reads a `.env` file with dotenvy, behind a check that every reader of such files would read the same. What the file says is never shown,
//! and never replaced by anything else: a password with a `$` in it stays that password.

use std::fmt;

use thiserror::Error;

/// Why a `.env` file cannot be used. Holds the line's number, and nothing of the line.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line} {problem}")]
pub struct DotEnvError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a line of a `.env` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It sets nothing.
    NoSetting,
    /// Its quotes are never closed.
    OpenQuote,
    /// Something stands behind its value.
    TextBehind,
    /// A character that shells and other readers of such files replace.
    Replaced(char),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSetting => f.write_str("is not NAME=VALUE"),
            Self::OpenQuote => f.write_str("has a quote that is not closed"),
            Self::TextBehind => f.write_str("has something behind its value; put quotes around all of the value"),
            Self::Replaced(character) => {
                write!(f, "has a {character} in its value, which some programs replace; put '' around the value")
            }
        }
    }
}

/// What the text sets the variable to: the first time, as it is written, without its quotes.
///
/// In single quotes every character stands for itself. Without them, `$`, `` ` `` and `\` are refused, because shells, and other
/// readers of such files, take them for something else. Values in quotes may go over several lines.
pub(super) fn value_of(text: &str, name: &str) -> Result<Option<String>, DotEnvError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !has_plain_value(text, name)? {
        return Ok(None);
    }
    let mut settings = dotenvy::from_read_iter(text.as_bytes());
    let found = settings.find(|setting| setting.as_ref().map_or(true, |(found, _)| found == name));
    found.map(|setting| setting.map(|(_, value)| value)).transpose().map_err(|error| {
        // The error holds the line, of which only the number is told.
        let rest = match error {
            dotenvy::Error::LineParse(line, _) => text.find(&line).map_or("", |begin| &text[begin..]),
            _ => "",
        };
        DotEnvError { line: line_of(text, rest), problem: Problem::NoSetting }
    })
}

/// Whether the text sets the variable, to something that is read in one way only.
fn has_plain_value(text: &str, name: &str) -> Result<bool, DotEnvError> {
    let mut rest = text;
    while !rest.is_empty() {
        let at = |problem| DotEnvError { line: line_of(text, rest), problem };
        let line = rest.lines().next().unwrap_or_default();
        let setting = line.trim_start();
        if setting.is_empty() || setting.starts_with('#') {
            rest = behind_line(rest);
            continue;
        }
        let (found, _) = line.split_once('=').ok_or_else(|| at(Problem::NoSetting))?;
        let value = &rest[found.len() + 1..];
        let found = found.trim();
        let found = found.strip_prefix("export ").map_or(found, str::trim_start);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-';
        if found.is_empty() || !found.chars().all(is_name) {
            return Err(at(Problem::NoSetting));
        }
        let (value, behind) = split_value(value).map_err(at)?;
        if found == name {
            return value.check().map(|()| true).map_err(at);
        }
        rest = behind;
    }
    Ok(false)
}

/// A value, and in which quotes it stands.
struct Value<'a> {
    quote: Option<char>,
    inside: &'a str,
}

impl Value<'_> {
    fn check(&self) -> Result<(), Problem> {
        let replaced = self.inside.chars().find(|character| ['$', '`', '\\'].contains(character));
        match replaced.filter(|_| self.quote != Some('\'')) {
            Some(character) => Err(Problem::Replaced(character)),
            None => Ok(()),
        }
    }
}

/// The value that the text begins with, and what stands behind its line.
fn split_value(text: &str) -> Result<(Value<'_>, &str), Problem> {
    let text = text.trim_start_matches([' ', '\t']);
    let Some(quote) = text.chars().next().filter(|first| ['\'', '"'].contains(first)) else {
        let line = text.lines().next().unwrap_or_default();
        // As in a shell, a comment begins behind a blank only.
        let end = line.char_indices().find(|(index, c)| *c == '#' && line[..*index].ends_with([' ', '\t']));
        let value = line[..end.map_or(line.len(), |(index, _)| index)].trim();
        if value.contains(char::is_whitespace) || value.contains(['\'', '"']) {
            return Err(Problem::TextBehind);
        }
        return Ok((Value { quote: None, inside: value }, behind_line(text)));
    };
    let inside = &text[1..];
    let mut is_escaped = false;
    for (index, character) in inside.char_indices() {
        if character == quote && !is_escaped {
            let behind = &inside[index + 1..];
            let line = behind.lines().next().unwrap_or_default().trim();
            if !line.is_empty() && !line.starts_with('#') {
                return Err(Problem::TextBehind);
            }
            return Ok((Value { quote: Some(quote), inside: &inside[..index] }, behind_line(behind)));
        }
        is_escaped = quote == '"' && character == '\\' && !is_escaped;
    }
    Err(Problem::OpenQuote)
}

fn behind_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, behind)| behind)
}

fn line_of(text: &str, rest: &str) -> usize {
    text[..text.len() - rest.len()].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAME: &str = "DATABASE_URL";

    #[test]
    fn a_value_is_what_is_written() {
        for (text, expected) in [
            ("DATABASE_URL=sqlite://a.db", Some("sqlite://a.db")),
            ("A=1\r\n# DATABASE_URL=x\r\nexport DATABASE_URL = 'p$w`\\d#' # why\r\nDATABASE_URL=z", Some("p$w`\\d#")),
            ("KEY=\"one\ntwo $X \\\" \"\nDATABASE_URL=\"a b\"", Some("a b")),
            ("\u{feff}DATABASE_URL=a#b #c", Some("a#b")),
            ("DATABASE_URL=", Some("")),
            ("OTHER=$X", None),
            ("", None),
        ] {
            assert_eq!(value_of(text, NAME).unwrap().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused_without_showing_it() {
        for (text, line, problem) in [
            ("\nthis is s3cret", 2, Problem::NoSetting),
            ("A=1\n=s3cret", 2, Problem::NoSetting),
            ("DATABASE_URL=s3cret$X", 1, Problem::Replaced('$')),
            ("DATABASE_URL=\"s3cret`\"", 1, Problem::Replaced('`')),
            ("DATABASE_URL=s3\\cret", 1, Problem::Replaced('\\')),
            ("A=b\nDATABASE_URL='s3cret", 2, Problem::OpenQuote),
            ("DATABASE_URL='s3'cret", 1, Problem::TextBehind),
            ("DATABASE_URL=s3 cret", 1, Problem::TextBehind),
        ] {
            let error = value_of(text, NAME).unwrap_err();
            assert_eq!(error, DotEnvError { line, problem }, "{text}");
            assert!(!format!("{error} {error:?}").contains("s3"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), more in "[A-Z_=$'\"\\\\ #\n]{0,40}") {
            let _ = value_of(&text, NAME);
            let _ = value_of(&format!("{more}DATABASE_URL={more}"), NAME);
        }
    }
}

//! Names of books and prefixes of roles, restricted to characters that need no quoting in SQL.

use std::fmt;
use std::str::FromStr;

use crate::facts::TextError;

/// PostgreSQL cuts names off behind 63 bytes, and a role's name has up to 7 more than its prefix.
const LENGTH_MAX: usize = 56;

/// The name of a book, or the beginning of its roles' names: 1 to 56 lower-case letters, digits and underscores, a letter first. It
/// means the same in SQL with and without quotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlainName(String);

impl PlainName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PlainName {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let fault = |problem| TextError::Form { what: "name", text: text.chars().take(80).collect(), problem };
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !text.bytes().all(is_plain) || !text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(fault("is not plain; use lower-case letters, digits and underscores, a letter first"));
        }
        if text.len() > LENGTH_MAX {
            return Err(fault("is too long; use at most 56 characters"));
        }
        if text.starts_with("pg_") || text == "information_schema" {
            return Err(fault("belongs to PostgreSQL; use another"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PlainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_name_is_taken() {
        let longest = "a".repeat(LENGTH_MAX);
        for name in ["a", "alice", "book_2", "user", longest.as_str()] {
            assert_eq!(name.parse::<PlainName>().map(|name| name.to_string()).as_deref(), Ok(name));
        }
        let too_long = "a".repeat(LENGTH_MAX + 1);
        for text in [
            "",
            "Alice",
            "2books",
            "_a",
            "a-b",
            "a b",
            "a\"b",
            "a;b",
            "ä",
            "a\0",
            "pg_temp",
            "information_schema",
            &too_long,
        ] {
            assert!(text.parse::<PlainName>().is_err(), "{text:?}");
        }
    }
}

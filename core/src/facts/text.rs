//! Texts that people choose, checked once when they enter.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use serde::{Serialize, Serializer};
use thiserror::Error;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::UnicodeGeneralCategory;

const NAME_LENGTH_MAX: usize = 255;
const DESCRIPTION_LENGTH_MAX: usize = 1_024;
const METADATA_ENTRIES_MAX: usize = 64;
const METADATA_KEY_LENGTH_MAX: usize = 64;
const METADATA_VALUE_LENGTH_MAX: usize = 1_024;

/// An account's name: a path of parts separated by colons, `customers:alice:checking`. At most 255 bytes of UTF-8; no part is empty,
/// begins or ends with a blank, or holds a control, format or invisible character. Names are read into Unicode's composed form (NFC), so
/// that an `é` of one character and one of two make the same name, and are then compared byte for byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(Arc<str>);

impl AccountName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        const WHAT: &str = "account name";
        let text = &*composed(text);
        check_length(WHAT, text, NAME_LENGTH_MAX)?;
        check_identifier(WHAT, text)?;
        for part in text.split(':') {
            if part.is_empty() {
                let problem = "has an empty part; write parts between colons, like customers:alice";
                return Err(TextError::form(WHAT, text, problem));
            }
            if part.trim() != part {
                return Err(TextError::form(WHAT, text, "has a part that begins or ends with a blank"));
            }
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for AccountName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What people read beside a transfer or an account: 1 to 1,024 bytes of UTF-8 without NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// The description as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Description {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        check_length("description", text, DESCRIPTION_LENGTH_MAX)?;
        check_no_nul("description", text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Who asked for something: a login name, a service, the name of an API key. 1 to 255 bytes of UTF-8 without control, format and
/// invisible characters, and without blanks at its ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Actor(Arc<str>);

impl Actor {
    /// The actor of what Teller records by itself, such as the release of an expired hold, and of programs that name none: `teller`.
    #[must_use]
    pub fn teller() -> Self {
        static TELLER: LazyLock<Arc<str>> = LazyLock::new(|| "teller".into());
        Self(Arc::clone(&TELLER))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Actor {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        check_length("actor", text, NAME_LENGTH_MAX)?;
        check_identifier("actor", text)?;
        Ok(Self(text.into()))
    }
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What programs keep beside a transfer or an account: up to 64 texts under keys, in the order of the keys' bytes.
///
/// Values are texts only. JSON numbers are read differently by every database and language, and a hash must not depend on that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// Checks and takes the entries.
    ///
    /// # Errors
    /// [`TextError`] when there are more than 64; a key is empty, longer than 64 bytes, has a control, format or invisible character or a
    /// blank at an end, or is not in Unicode's composed form; a value is longer than 1,024 bytes or holds NUL.
    pub fn new(entries: BTreeMap<String, String>) -> Result<Self, TextError> {
        if entries.len() > METADATA_ENTRIES_MAX {
            return Err(TextError::TooMany { entries: entries.len(), entries_max: METADATA_ENTRIES_MAX });
        }
        for (key, value) in &entries {
            check_metadata_key(key)?;
            check_no_nul("metadata value", value)?;
            if value.len() > METADATA_VALUE_LENGTH_MAX {
                return Err(TextError::too_long("metadata value", value, METADATA_VALUE_LENGTH_MAX));
            }
        }
        Ok(Self(entries))
    }

    /// How many bytes the keys and values have.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|(key, value)| key.len() + value.len()).sum()
    }

    /// The entries, by key.
    #[must_use]
    pub const fn entries(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a text cannot be stored.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// Nothing was given.
    #[error("the {what} is empty")]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// Too many bytes.
    #[error("the {what} {text:?} has {length} bytes, the most is {length_max}")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// How it begins.
        text: String,
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        length_max: usize,
    },
    /// Something in it does not belong.
    #[error("the {what} {text:?} {problem}")]
    Form {
        /// Which text.
        what: &'static str,
        /// What was given, shortened.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Too many metadata entries.
    #[error("there are {entries} metadata entries, the most is {entries_max}")]
    TooMany {
        /// How many were given.
        entries: usize,
        /// How many there may be.
        entries_max: usize,
    },
}

input_code!(TextError = "text_invalid");

impl TextError {
    pub(crate) fn form(what: &'static str, text: &str, problem: &'static str) -> Self {
        Self::Form { what, text: shortened(text), problem }
    }

    fn too_long(what: &'static str, text: &str, length_max: usize) -> Self {
        Self::TooLong { what, text: shortened(text), length: text.len(), length_max }
    }
}

pub(crate) fn check_length(what: &'static str, text: &str, length_max: usize) -> Result<(), TextError> {
    if text.is_empty() {
        return Err(TextError::Empty { what });
    }
    if text.len() > length_max {
        return Err(TextError::too_long(what, text, length_max));
    }
    Ok(())
}

pub(super) fn check_metadata_key(key: &str) -> Result<(), TextError> {
    if matches!(composed(key), Cow::Owned(_)) {
        return Err(TextError::form("metadata key", key, "is not in Unicode's composed form (NFC)"));
    }
    check_length("metadata key", key, METADATA_KEY_LENGTH_MAX)?;
    check_identifier("metadata key", key)
}

fn check_no_nul(what: &'static str, text: &str) -> Result<(), TextError> {
    if text.contains('\0') {
        return Err(TextError::form(what, text, "has a NUL character"));
    }
    Ok(())
}

/// Refuses what would make two identifiers look alike, or make one look like another text: blanks at the ends, and characters that are not
/// seen. Descriptions and values may have them; those name nothing.
pub(crate) fn check_identifier(what: &'static str, text: &str) -> Result<(), TextError> {
    if text.trim() != text {
        return Err(TextError::form(what, text, "begins or ends with a blank"));
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::form(what, text, "has a control character"));
    }
    if !text.is_ascii() && text.chars().any(is_unseen) {
        return Err(TextError::form(
            what,
            text,
            "has an invisible character, or one that changes the direction of writing",
        ));
    }
    Ok(())
}

/// Whether nothing is seen of a character: format characters, line and paragraph separators, unassigned code points, variation selectors,
/// and the fillers and blanks that Unicode counts as letters or symbols.
#[must_use]
pub fn is_unseen(character: char) -> bool {
    use unicode_properties::GeneralCategory::{Format, LineSeparator, ParagraphSeparator, PrivateUse, Unassigned};

    let category = character.general_category();
    matches!(category, Format | LineSeparator | ParagraphSeparator | PrivateUse | Unassigned)
        || matches!(
            character,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{1d159}' | '\u{e0100}'..='\u{e01ef}'
        )
}

/// Whether a character is a letter of any script.
#[must_use]
pub fn is_letter(character: char) -> bool {
    use unicode_properties::GeneralCategoryGroup;
    character.general_category_group() == GeneralCategoryGroup::Letter
}

/// The text as it reads: in Unicode's composed form, with line feeds for line ends, and without blanks at its ends. Two texts that differ in
/// spelling only have the same.
#[must_use]
pub fn without_spelling(text: &str) -> String {
    composed(text.trim()).replace("\r\n", "\n")
}

/// The text in Unicode's composed form.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    let composed: String = text.nfc().collect();
    if composed == text { Cow::Borrowed(text) } else { Cow::Owned(composed) }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_path_of_visible_parts() {
        for name in
            ["cash", "customers:alice:checking", "o'brien; drop table", "Zoë 💶", "50% -- \"\\", &"x".repeat(255)]
        {
            assert_eq!(name.parse::<AccountName>().unwrap().as_str(), name);
        }
        for name in ["", ":", "a:", ":a", "a::b", " a", "a: b", "a\0", "a\nb", &"x".repeat(256)] {
            assert!(name.parse::<AccountName>().is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_name_has_one_spelling() {
        let names = ["caf\u{e9}", "cafe\u{301}"].map(|name| name.parse::<AccountName>().unwrap());
        assert_eq!(names[0], names[1]);
        assert_eq!(names[1].as_str(), "caf\u{e9}");
    }

    #[test]
    fn no_identifier_has_what_is_not_seen() {
        let unseen = [
            "\u{202e}",
            "\u{200b}",
            "\u{200d}",
            "\u{feff}",
            "\u{ad}",
            "\u{2028}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{e0041}",
            "\u{9b}",
            "\u{2060}",
        ];
        for mark in unseen {
            for text in [format!("a{mark}b"), format!("a{mark}"), format!("{mark}a")] {
                assert!(text.parse::<AccountName>().is_err(), "name {text:?}");
                assert!(text.parse::<Actor>().is_err(), "actor {text:?}");
                assert!(
                    Metadata::new(BTreeMap::from([(text.clone(), String::new())])).is_err(),
                    "metadata key {text:?}"
                );
            }
        }
        assert!("two\u{200b}words".parse::<Description>().is_ok(), "a description names nothing");
    }

    #[test]
    fn a_long_text_is_refused_with_its_beginning_only() {
        let message = "é".repeat(1_000_000).parse::<Description>().unwrap_err().to_string();
        assert!(message.len() < 200 && message.contains("2000000 bytes, the most is 1024"), "{message}");
    }

    #[test]
    fn metadata_is_bounded() {
        let one = |key: &str, value: &str| Metadata::new(BTreeMap::from([(key.into(), value.into())]));
        assert!(one("k", "").is_ok());
        assert!(one("", "v").is_err());
        assert!(one("k\0", "v").is_err());
        assert!(one("k", "v\0").is_err());
        assert!(one(&"k".repeat(65), "v").is_err());
        assert!(one("k", &"v".repeat(1_025)).is_err());
        assert!(Metadata::new((0..65).map(|n| (n.to_string(), String::new())).collect()).is_err());
    }
}

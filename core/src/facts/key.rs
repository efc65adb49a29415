//! The text that a client chose to make its request the same one on every retry.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::facts::ids::TransferId;
use crate::facts::text::{TextError, check_identifier, check_length, composed};

const KEY_LENGTH_MAX: usize = 255;

/// A text that a client chose to make its request the same one on every retry: `invoice-1`. 1 to 255 bytes of UTF-8 without control,
/// format and invisible characters, without blanks at its ends, and without a leading `@`, which names a sequence. Read into Unicode's
/// composed form (NFC), and then compared byte for byte.
///
/// ```
/// use teller_ledger_core::facts::Key;
///
/// assert_eq!("invoice-1".parse::<Key>()?.as_str(), "invoice-1");
/// assert!("invoice-1 ".parse::<Key>().is_err());
/// assert!("@17".parse::<Key>().is_err());
/// # Ok::<(), teller_ledger_core::facts::TextError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id that the key stands for, the same in every book and every release.
    #[must_use]
    pub fn id(&self) -> TransferId {
        TransferId::of_key(&self.0)
    }
}

impl FromStr for Key {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        const WHAT: &str = "idempotency key";
        let text = &*composed(text);
        check_length(WHAT, text, KEY_LENGTH_MAX)?;
        check_identifier(WHAT, text)?;
        if text.starts_with('@') {
            return Err(TextError::form(WHAT, text, "begins with @, which names a sequence"));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl TransferId {
    /// The id of a text key (UUID version 5): the same key always gives the same id.
    ///
    /// # Errors
    /// [`TextError`] where the text cannot be a [`Key`].
    pub fn from_key(key: &str) -> Result<Self, TextError> {
        Ok(key.parse::<Key>()?.id())
    }
}

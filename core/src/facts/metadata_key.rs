//! The key of an entry of metadata.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::facts::text::{TextError, check_metadata_key};

/// The key of an entry of [`Metadata`](crate::facts::Metadata): 1 to 64 bytes of UTF-8 in Unicode's composed form, without control, format and
/// invisible characters, and without blanks at its ends.
///
/// ```
/// use teller_ledger_core::facts::MetadataKey;
///
/// let key: MetadataKey = "invoice".parse()?;
/// assert_eq!(key.as_str(), "invoice");
/// assert!("invoice ".parse::<MetadataKey>().is_err());
/// # Ok::<(), teller_ledger_core::facts::TextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MetadataKey(String);

impl MetadataKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MetadataKey {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        check_metadata_key(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for MetadataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for MetadataKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

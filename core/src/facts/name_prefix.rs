//! The beginning of accounts' names, which says of which accounts something is.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::facts::text::{AccountName, composed};

/// What the names of accounts begin with: `customers:`. An empty one is the beginning of all names.
///
/// It is read into Unicode's composed form (NFC), as names are, so that each spelling of an `é` finds the same accounts. It is a beginning and
/// no name: it can end within a part, and a text that no name begins with is the beginning of none.
///
/// ```
/// use teller_ledger_core::facts::NamePrefix;
///
/// let prefix = NamePrefix::from("cafe\u{301}s:");
/// assert!(prefix.begins(&"caf\u{e9}s:berlin".parse().unwrap()));
/// assert!(NamePrefix::from("caf").holds(&prefix));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamePrefix(Arc<str>);

impl NamePrefix {
    /// The prefix as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether all names begin with it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the name begins with it.
    #[must_use]
    pub fn begins(&self, name: &AccountName) -> bool {
        name.as_str().starts_with(&*self.0)
    }

    /// Whether every name that begins with the other one begins with this one too.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        other.0.starts_with(&*self.0)
    }
}

impl From<&str> for NamePrefix {
    fn from(text: &str) -> Self {
        Self(composed(text).into())
    }
}

impl From<String> for NamePrefix {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for NamePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for NamePrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for NamePrefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

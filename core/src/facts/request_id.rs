//! What makes a request the same one when it is sent again.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::facts::ids::TransferId;
use crate::facts::key::Key;

/// A request's id, made before the first try and the same on every retry, with the key that it was made from, if any.
///
/// Printed and serialized as the client wrote it: the key, or else the id.
///
/// ```
/// use teller_ledger_core::facts::{RequestId, TransferId};
///
/// let by_key: RequestId = "invoice-1".parse::<teller_ledger_core::facts::Key>()?.into();
/// assert_eq!(by_key.id(), TransferId::from_key("invoice-1")?);
/// assert_eq!(by_key.to_string(), "invoice-1");
/// # Ok::<(), teller_ledger_core::facts::TextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId {
    id: TransferId,
    key: Option<Key>,
}

impl RequestId {
    /// The id.
    #[must_use]
    pub const fn id(&self) -> TransferId {
        self.id
    }

    /// The key that the id was made from.
    #[must_use]
    pub const fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }

    /// The id of a journal's transfer, counted from 0. The first has the journal's own id and key, so that no id is used for both.
    #[must_use]
    pub(crate) fn of_leg(&self, index: u32) -> Self {
        if index == 0 { self.clone() } else { self.id.of_leg(index).into() }
    }
}

impl From<TransferId> for RequestId {
    fn from(id: TransferId) -> Self {
        Self { id, key: None }
    }
}

impl From<Key> for RequestId {
    fn from(key: Key) -> Self {
        Self { id: key.id(), key: Some(key) }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => key.fmt(f),
            None => self.id.fmt(f),
        }
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

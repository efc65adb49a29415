//! A rejection's code, and how it is written as JSON.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::facts::AccountName;
use crate::rejection::Rejection;

impl Rejection {
    /// The stable code, as in JSON and in docs/rejections.md.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InLeg { rejection, .. } => rejection.code(),
            Self::Schedule(rejection) => rejection.into(),
            other => other.into(),
        }
    }

    /// The refusal of a journal because of one of its legs, counted from 1.
    #[must_use]
    pub(crate) fn in_leg(self, leg: usize) -> Self {
        Self::InLeg { leg, rejection: Box::new(self) }
    }
}

/// How a sentence begins that is about an entry of an account, or of the book.
pub(crate) fn entry_holder(account: Option<&AccountName>) -> String {
    account.map_or_else(|| "the book has".to_owned(), |account| format!("account {account} has"))
}

/// By way of a value, because a type that flattens itself has no end.
pub(crate) fn serialize_fields<S: Serializer>(rejection: &Rejection, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::to_value(rejection).map_err(S::Error::custom)?.serialize(serializer)
}

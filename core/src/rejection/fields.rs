//! How single fields of a rejection are said and written.

use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::facts::AccountName;

/// How a sentence begins that is about an entry of an account, or of the book.
pub(crate) fn entry_holder(account: Option<&AccountName>) -> String {
    account.map_or_else(|| "the book has".to_owned(), |account| format!("account {account} has"))
}

/// `1 account`, `2 accounts`.
pub(crate) fn counted(number: i64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// By way of a value, because a type that flattens itself has no end.
pub(crate) fn serialize_fields<T: Serialize, S: Serializer>(rejection: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::to_value(rejection).map_err(S::Error::custom)?.serialize(serializer)
}

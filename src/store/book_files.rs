//! The files of SQLite books that nobody works on: copied, and made whole.

use std::path::Path;

use crate::store::operations::Operations;
use crate::store::{StoreError, sqlite};

/// Writes the book that is in a file, with what may stand in its write-ahead log, into an empty file. The first is only read.
///
/// # Errors
/// [`StoreError::NotABook`], `Full`, `Disk`, `Unreachable`, `Statement`.
pub fn copy_book_file(from: &Path, into: &Path) -> Result<(), StoreError> {
    let outcome = sqlite::open_read_only(from).and_then(|mut connection| connection.copy_into(into));
    outcome.map_err(|error| match error {
        StoreError::NotABook { .. } => StoreError::NotABook { address: from.display().to_string() },
        other => other,
    })
}

/// Waits until nobody has a book's file open, and leaves all of the book in it and nothing beside it.
///
/// # Errors
/// [`StoreError::Busy`], when others do not let go of it, `Disk`, `Full`, `Unreachable`.
pub fn settle_book_file(file: &Path) -> Result<(), StoreError> {
    sqlite::settle(file)
}

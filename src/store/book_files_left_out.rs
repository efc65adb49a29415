//! The functions of `book_files.rs` where SQLite is left out.

use std::path::Path;

use crate::store::StoreError;

/// Needs the feature `sqlite`.
///
/// # Errors
/// [`StoreError::NotOffered`].
pub fn copy_book_file(_from: &Path, _into: &Path) -> Result<(), StoreError> {
    Err(StoreError::sqlite_left_out())
}

/// Needs the feature `sqlite`.
///
/// # Errors
/// [`StoreError::NotOffered`].
pub fn settle_book_file(_file: &Path) -> Result<(), StoreError> {
    Err(StoreError::sqlite_left_out())
}

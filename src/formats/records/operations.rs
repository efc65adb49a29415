use std::path::Path;

use serde::Serialize;

/// A book, among those that one database holds.
#[derive(Debug, Serialize)]
pub struct BookRecord {
    book: String,
    schema_state: String,
}

columns!(BookRecord { book, schema_state });

impl BookRecord {
    /// The name of a book, and the state of its schema.
    #[must_use]
    pub fn new(book: &str, schema_state: String) -> Self {
        Self { book: book.to_owned(), schema_state }
    }
}

/// A backup that was written.
#[derive(Debug, Serialize)]
pub struct BackupRecord {
    file: String,
    bytes: u64,
}

impl BackupRecord {
    /// The file, and its size.
    #[must_use]
    pub fn new(file: &Path, bytes: u64) -> Self {
        Self { file: file.display().to_string(), bytes }
    }
}

//! How a book's schema stands. How that is found out is in `migrations.rs`.

/// How a book's schema compares with the one that this program needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// Nothing was ever migrated, and nothing else is there.
    Empty,
    /// The schema is the one this program needs.
    Current,
    /// Migrations are missing.
    Behind {
        /// Their names.
        pending: Vec<String>,
    },
    /// The book has migrations that this program does not know.
    Newer {
        /// Their versions.
        unknown: Vec<String>,
    },
    /// The database holds something else.
    Foreign,
}

//! How a book's schema stands. How that is found out is in `migrations.rs`.

use std::fmt;

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

impl fmt::Display for SchemaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("up to date"),
            Self::Empty => f.write_str("nothing is there yet"),
            Self::Behind { pending } => write!(f, "lacks {}", pending.join(", ")),
            Self::Newer { unknown } => write!(f, "has unknown migrations {}", unknown.join(", ")),
            Self::Foreign => f.write_str("not a Teller book"),
        }
    }
}

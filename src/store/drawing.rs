//! Where sequences are drawn, and which writers have drawn some and have not ended yet.
//!
//! On PostgreSQL a lower sequence can be committed after a higher one. A reader that goes by sequences alone would then miss the lower one for
//! ever. So every statement that draws sequences first takes a lock, which it shares with all other writers of the book and which lasts until its
//! transaction has ended: the lock excludes nobody, it only shows who is under way.

use std::collections::BTreeSet;

use crate::store::StoreError;

/// Where the sequences of what is written are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// By the statement that writes, where one statement writes all.
    #[cfg(feature = "postgres")]
    Together,
    /// By a statement before those that write.
    Apart,
}

/// A transaction that may have drawn sequences.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Writer {
    /// What the database calls it.
    name: String,
}

impl Writer {
    #[cfg(any(feature = "postgres", test))]
    pub(crate) const fn new(name: String) -> Self {
        Self { name }
    }

    /// Whether it was prepared for a commit in two phases. It then has lost the name that it had before.
    pub(crate) fn is_prepared(&self) -> bool {
        self.name.starts_with("-1/")
    }
}

/// One open transaction: the writers beside it.
pub(crate) trait Drawing {
    /// The writers that are under way now, not as of the transaction's snapshot. A writer that is gone from here is visible to every later
    /// transaction, if it was committed.
    fn drawing_writers(&mut self) -> Result<BTreeSet<Writer>, StoreError>;
}

/// There is one writer at a time, and readers see what was committed in the order in which it was drawn.
#[cfg(feature = "sqlite")]
impl Drawing for diesel::sqlite::SqliteConnection {
    fn drawing_writers(&mut self) -> Result<BTreeSet<Writer>, StoreError> {
        Ok(BTreeSet::new())
    }
}

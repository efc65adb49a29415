//! A temporary SQLite book into which a dry run imports, deleted when it is dropped.

use tempfile::TempDir;

use crate::error::Error;
use crate::ledger::Ledger;
use crate::store::{DatabaseUrl, StoreOptions};

/// An empty book that is gone when this is dropped.
pub(super) struct Throwaway {
    // The file is closed before its folder is removed.
    ledger: Ledger,
    _folder: TempDir,
}

impl Throwaway {
    /// A new one.
    pub(super) fn new() -> Result<Self, Error> {
        let folder = tempfile::tempdir()
            .map_err(|source| Error::File { doing: "make a folder for a throwaway book".into(), source })?;
        let url = DatabaseUrl::of_file(&folder.path().join("book.db"));
        let ledger = Ledger::open_incomplete(url, StoreOptions::default().making_missing())?;
        Ok(Self { ledger, _folder: folder })
    }

    pub(super) const fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

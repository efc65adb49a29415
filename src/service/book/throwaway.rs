use tempfile::TempDir;

use crate::error::Error;
use crate::service::Ledger;
use crate::store::{Access, DatabaseUrl, StoreOptions};

/// An empty book with the currencies of another one, that is gone when this is dropped.
pub(super) struct Throwaway {
    // The file is closed before its folder is removed.
    ledger: Ledger,
    _folder: TempDir,
}

impl Throwaway {
    /// One that takes the same files as an empty book does.
    pub(super) fn like(of: &Ledger) -> Result<Self, Error> {
        let folder = tempfile::tempdir()
            .map_err(|source| Error::File { doing: "make a folder for a throwaway book".into(), source })?;
        let url = DatabaseUrl::of_file(&folder.path().join("book.db"));
        let ledger = Ledger::open_incomplete(url, StoreOptions::default())?;
        let currencies = of.pool.transaction(Access::Read, |store| Ok(store.list_currencies()?))?;
        ledger.pool.transaction(Access::Write, |store| {
            currencies.iter().try_for_each(|currency| Ok(store.insert_currency(currency)?))
        })?;
        Ok(Self { ledger, _folder: folder })
    }

    pub(super) const fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

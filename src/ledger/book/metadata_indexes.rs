//! Indexes over what is kept beside accounts and transfers, which the owner of a book declares key by key.

use crate::error::Error;
use crate::facts::MetadataKey;
use crate::ledger::Ledger;
use crate::ledger::write_options::Mode;
use crate::store::{IndexBuild, IndexState, MetadataIndex, MetadataOf};

impl Ledger {
    /// Declares that accounts or transfers are looked up by what is kept under a key, and builds the index. Returns whether that did
    /// anything: an index that is ready stays as it is, and one whose building was broken off is built anew. Only the owner of the book may.
    ///
    /// On PostgreSQL others go on writing while it is built. On SQLite they wait. An index is of no use to a filter before it is ready.
    ///
    /// # Errors
    /// [`StoreError`](crate::store::StoreError): `Denied`, `NotOffered`, `Busy` if another index of the table is being built, `Lost`,
    /// `Full`, `Statement`. If it is broken off on PostgreSQL, the index can be there unfinished.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::store::MetadataOf;
    ///
    /// assert!(ledger.add_metadata_index(MetadataOf::Transfers, &"invoice".parse()?, Mode::Commit)?);
    /// assert!(!ledger.add_metadata_index(MetadataOf::Transfers, &"invoice".parse()?, Mode::Commit)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_metadata_index(&self, of: MetadataOf, key: &MetadataKey, mode: Mode) -> Result<bool, Error> {
        match mode {
            Mode::Commit => Ok(self.pool.build_metadata_index(of, key)?),
            Mode::DryRun => Ok(self.find_metadata_index(of, key)? != Some(IndexState::Ready)),
        }
    }

    /// Looks at an index of accounts or transfers that another connection to the book builds now, so that a person can be told what it waits
    /// for. `None` where none is being built, and on SQLite, where nobody can look.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::store::MetadataOf;
    ///
    /// assert_eq!(ledger.metadata_index_build(MetadataOf::Transfers)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metadata_index_build(&self, of: MetadataOf) -> Result<Option<IndexBuild>, Error> {
        Ok(self.pool.metadata_index_build(of)?)
    }

    /// Removes an index over metadata, and returns whether there was one. Filters by the key read row by row from then on. Only the owner of
    /// the book may.
    ///
    /// # Errors
    /// [`StoreError`](crate::store::StoreError): `Denied`, `Busy`, `Lost`, `Statement`.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::store::MetadataOf;
    ///
    /// assert!(!ledger.remove_metadata_index(MetadataOf::Accounts, &"tier".parse()?, Mode::Commit)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remove_metadata_index(&self, of: MetadataOf, key: &MetadataKey, mode: Mode) -> Result<bool, Error> {
        match mode {
            Mode::Commit => Ok(self.pool.remove_metadata_index(of, key)?),
            Mode::DryRun => Ok(self.find_metadata_index(of, key)?.is_some()),
        }
    }

    /// Returns every index over metadata, those of accounts first, by key.
    ///
    /// # Errors
    /// [`Error::Store`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::store::{IndexState, MetadataOf};
    ///
    /// ledger.add_metadata_index(MetadataOf::Accounts, &"tier".parse()?, Mode::Commit)?;
    /// let indexes = ledger.list_metadata_indexes()?;
    /// assert_eq!((indexes[0].key.as_str(), indexes[0].state), ("tier", IndexState::Ready));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_metadata_indexes(&self) -> Result<Vec<MetadataIndex>, Error> {
        Ok(self.pool.metadata_indexes()?)
    }

    fn find_metadata_index(&self, of: MetadataOf, key: &MetadataKey) -> Result<Option<IndexState>, Error> {
        let indexes = self.pool.metadata_indexes()?;
        let found = indexes.into_iter().find(|index| index.of == of && index.key == key.as_str());
        Ok(found.map(|index| index.state))
    }
}

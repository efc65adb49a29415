//! What those who run a book ask of its connections: other books beside it, roles, copies, the server's clock, indexes over metadata.

use std::path::Path;

use crate::facts::{Instant, MetadataKey};
use crate::store::StoreError;
use crate::store::backend::Backend;
use crate::store::connections::on_backend;
use crate::store::declared_indexes::{IndexBuild, MetadataIndex, MetadataOf};
use crate::store::metadata_indexes::MetadataIndexes;
use crate::store::operations::Book;
use crate::store::options::Access;
use crate::store::plain_name::PlainName;
use crate::store::pool::Pool;

impl Pool {
    /// Makes a book of that name in the same database and migrates it. Returns the migrations that it lacked: none where it was there.
    ///
    /// # Errors
    /// [`StoreError::NotOffered`] on SQLite, `Denied`, `Newer`, `NotABook`, `Migration`.
    pub fn create_book(&self, name: &PlainName) -> Result<Vec<String>, StoreError> {
        self.operate(|operations| operations.make_place(name))?;
        Self::connect(self.url().in_book(name)?, self.options())?.migrate()
    }

    /// Every book of the database that can be read from here, by name. On SQLite that is the file.
    ///
    /// # Errors
    /// [`StoreError`], when the database cannot be read.
    pub fn list_books(&self) -> Result<Vec<Book>, StoreError> {
        let mut books = self.operate(|operations| operations.list_books())?;
        if let (Some(file), [book]) = (self.url().file(), &mut books[..]) {
            book.name = file.display().to_string();
        }
        Ok(books)
    }

    /// The statements that give the book three roles, `PREFIX_owner`, `PREFIX_writer` and `PREFIX_reader`. They can be run again.
    ///
    /// # Errors
    /// [`StoreError::NotOffered`] on SQLite, `BookUnknown`.
    pub fn roles_script(&self, prefix: &PlainName) -> Result<String, StoreError> {
        self.operate_in_book(Access::Read, |operations| operations.roles_script(prefix))
    }

    /// Gives the book its three roles, as [`Pool::roles_script`] says, all in one transaction.
    ///
    /// # Errors
    /// [`StoreError::NotOffered`] on SQLite, `BookUnknown`, `Denied`, `Statement`.
    pub fn apply_roles(&self, prefix: &PlainName) -> Result<(), StoreError> {
        self.operate_in_book(Access::Write, |operations| operations.apply_roles(prefix))
    }

    /// The time by the database's own clock. `None` on SQLite, which has none but the machine's.
    ///
    /// # Errors
    /// [`StoreError`], when the database does not answer.
    pub fn server_time(&self) -> Result<Option<Instant>, StoreError> {
        self.operate(|operations| operations.server_time())
    }

    /// Makes an index over what is kept under a key, or does nothing where there is one. Says whether it made one. See
    /// [`Ledger::add_metadata_index`](crate::Ledger::add_metadata_index).
    pub(crate) fn build_metadata_index(&self, of: MetadataOf, key: &MetadataKey) -> Result<bool, StoreError> {
        let key = key.as_str();
        on_backend!(self, slots => slots.session(|connection, way| connection.build_metadata_index(way, of, key)))
    }

    /// How far such an index is that another connection builds.
    pub(crate) fn metadata_index_build(&self, of: MetadataOf) -> Result<Option<IndexBuild>, StoreError> {
        on_backend!(self, slots => slots.read(|connection| connection.metadata_index_build(of)))
    }

    /// Removes such an index, and says whether it was there.
    pub(crate) fn remove_metadata_index(&self, of: MetadataOf, key: &MetadataKey) -> Result<bool, StoreError> {
        let key = key.as_str();
        on_backend!(self, slots => slots.session(|connection, way| connection.remove_metadata_index(way, of, key)))
    }

    /// Every index over metadata.
    pub(crate) fn metadata_indexes(&self) -> Result<Vec<MetadataIndex>, StoreError> {
        self.try_again(|| on_backend!(self, slots => slots.read(MetadataIndexes::metadata_indexes)))
    }

    /// Writes the book, as it stands at one moment, into an empty file, while others go on reading and writing. Only SQLite can.
    ///
    /// # Errors
    /// [`StoreError::NotOffered`] on PostgreSQL, `Full`, `Statement`.
    pub fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        self.operate(|operations| operations.copy_into(file))
    }
}

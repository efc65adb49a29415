//! What keeps a book in order: other books beside it, roles, copies. Nothing here touches an account or a transfer.

use std::path::Path;

use crate::facts::Instant;
use crate::store::StoreError;
use crate::store::plain_name::PlainName;
use crate::store::schema_state::SchemaState;

/// The part of a backend that is for those who run it.
pub(super) trait Operations {
    /// Makes the place for a book, or does nothing where it is.
    fn make_place(&mut self, book: &PlainName) -> Result<(), StoreError>;

    /// Every book that can be read from here, by name.
    fn list_books(&mut self) -> Result<Vec<Book>, StoreError>;

    /// The statements that give the book its roles. In a transaction.
    fn roles_script(&mut self, prefix: &PlainName) -> Result<String, StoreError>;

    /// Runs those statements. In a transaction, so that it is all of them or none.
    fn apply_roles(&mut self, prefix: &PlainName) -> Result<(), StoreError>;

    /// The time by the database's own clock, where it has one.
    fn server_time(&mut self) -> Result<Option<Instant>, StoreError>;

    /// Writes the book, as it stands at one moment, into an empty file.
    fn copy_into(&mut self, file: &Path) -> Result<(), StoreError>;
}

/// A book, among those that one database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// The name of its schema, or where a book is a file, of that.
    pub name: String,
    /// The state of its schema.
    pub schema: SchemaState,
}

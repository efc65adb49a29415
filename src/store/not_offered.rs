//! What only the other backend does, or none that is compiled in.

use crate::store::causes::NotOffered;
use crate::store::error::StoreError;
use crate::store::plain_name::PlainName;

impl StoreError {
    /// PostgreSQL puts backups back itself.
    pub(crate) fn restored_by_postgres() -> Self {
        NotOffered::RestoreOfPostgres.into()
    }

    #[cfg(not(feature = "postgres"))]
    pub(super) fn postgres_left_out() -> Self {
        NotOffered::BuiltWithoutPostgres.into()
    }

    #[cfg(not(feature = "sqlite"))]
    pub(super) fn sqlite_left_out() -> Self {
        NotOffered::BuiltWithoutSqlite.into()
    }

    pub(super) fn book_is_a_file(name: &PlainName) -> Self {
        NotOffered::BooksInOneFile { book: name.to_string() }.into()
    }
}

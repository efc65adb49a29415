//! What only the other backend does, and what to do instead.

use crate::store::error::StoreError;
use crate::store::plain_name::PlainName;

impl StoreError {
    /// Where SQLite's files are put back, PostgreSQL has its own ways.
    pub(crate) fn restored_by_postgres() -> Self {
        Self::NotOffered {
            problem: "a PostgreSQL book is restored by PostgreSQL's own programs",
            hint: "into an empty database: pg_restore --dbname=URL FILE; then: teller verify; \
                docs/disaster-recovery.md has the steps, and those back to any moment"
                .into(),
        }
    }

    pub(super) fn book_is_a_file(name: &PlainName) -> Self {
        Self::NotOffered {
            problem: "an SQLite file is one book and holds no others",
            hint: format!("name the book's own file: --database-url sqlite://{name}.db"),
        }
    }
}

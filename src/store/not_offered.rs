//! What only the other backend does, or none that is compiled in, and what to do instead.

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

    #[cfg(not(feature = "postgres"))]
    pub(super) fn postgres_left_out() -> Self {
        Self::NotOffered {
            problem: "this program was built without PostgreSQL",
            hint: "name an SQLite file, sqlite://FILE, or build it with the feature `postgres`".into(),
        }
    }

    #[cfg(not(feature = "sqlite"))]
    pub(super) fn sqlite_left_out() -> Self {
        Self::NotOffered {
            problem: "this program was built without SQLite",
            hint: "name a PostgreSQL database, postgres://HOST/DATABASE, or build it with the feature `sqlite`".into(),
        }
    }

    pub(super) fn book_is_a_file(name: &PlainName) -> Self {
        Self::NotOffered {
            problem: "an SQLite file is one book and holds no others",
            hint: format!("name the book's own file: --database-url sqlite://{name}.db"),
        }
    }
}

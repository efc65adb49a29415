//! What keeps a book in order: other books beside it, roles, copies. Nothing here touches an account or a transfer.

use std::path::Path;

use crate::facts::Instant;
use crate::store::causes::NotOffered;
use crate::store::migrations::SchemaState;
use crate::store::options::Access;
use crate::store::plain_name::PlainName;
use crate::store::raw_writes::RawWrites;
use crate::store::url::DatabaseUrl;
use crate::store::{Pool, StoreError, sqlite};

/// The part of a backend that is for those who run it.
pub(super) trait Operations: RawWrites {
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

    /// Writes the book, as it stands at one moment, into an empty file, while others go on reading and writing. Only SQLite can.
    ///
    /// # Errors
    /// [`StoreError::NotOffered`] on PostgreSQL, `Full`, `Statement`.
    pub fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        self.operate(|operations| operations.copy_into(file))
    }
}

/// Writes the book that is in a file, with what may stand in its write-ahead log, into an empty file. The first is only read.
///
/// # Errors
/// [`StoreError::NotABook`], `Full`, `Disk`, `Unreachable`, `Statement`.
pub fn copy_book_file(from: &Path, into: &Path) -> Result<(), StoreError> {
    let outcome = sqlite::open_read_only(from).and_then(|mut connection| connection.copy_into(into));
    outcome.map_err(|error| match error {
        StoreError::NotABook { .. } => StoreError::NotABook { address: from.display().to_string() },
        other => other,
    })
}

/// Waits until nobody has a book's file open, and leaves all of the book in it and nothing beside it.
///
/// # Errors
/// [`StoreError::Busy`], when others do not let go of it, `Disk`, `Full`, `Unreachable`.
pub fn settle_book_file(file: &Path) -> Result<(), StoreError> {
    sqlite::settle(file)
}

impl DatabaseUrl {
    /// The book that is in a file.
    #[must_use]
    pub fn of_file(file: &Path) -> Self {
        Self::Sqlite(file.to_owned())
    }

    /// The same book, where a relative path to it starts at a folder. An empty folder is the working directory.
    #[must_use]
    pub fn relative_to(self, folder: &Path) -> Self {
        match self {
            // An absolute path stays as it is.
            Self::Sqlite(file) => Self::Sqlite(folder.join(file)),
            Self::Postgres(url) => Self::Postgres(url),
        }
    }

    /// Whether the book is a file that is not there.
    #[must_use]
    pub fn is_new_file(&self) -> bool {
        matches!(self, Self::Sqlite(file) if !file.exists())
    }

    /// The same database, and in it the book of that name.
    ///
    /// # Errors
    /// [`StoreError::NotOffered`] on SQLite, where a book is a file.
    pub fn in_book(&self, name: &PlainName) -> Result<Self, StoreError> {
        let Self::Postgres(url) = self else { return Err(StoreError::book_is_a_file(name)) };
        let search_path = format!("-csearch_path%3D{name}");
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        // The server takes the last of several values for one setting, so this one goes to the end.
        match pairs.iter_mut().rfind(|pair| pair.starts_with("options=")) {
            Some(options) => options.extend(["%20", &search_path]),
            None => pairs.push(format!("options={search_path}")),
        }
        Ok(Self::Postgres(format!("{address}?{}", pairs.join("&"))))
    }

    /// The URL with its password, for another program that speaks to PostgreSQL by libpq.
    #[must_use]
    pub(crate) fn for_libpq(&self) -> Option<&str> {
        match self {
            Self::Postgres(url) => Some(url),
            Self::Sqlite(_) => None,
        }
    }

    /// The file that the book is, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Postgres(_) => None,
            Self::Sqlite(path) => Some(path),
        }
    }
}

impl StoreError {
    /// Where SQLite's files are put back, PostgreSQL has its own ways.
    pub(crate) fn restored_by_postgres() -> Self {
        NotOffered::RestoreOfPostgres.into()
    }

    pub(super) fn book_is_a_file(name: &PlainName) -> Self {
        NotOffered::BooksInOneFile { book: name.to_string() }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_is_added_to_the_options_that_a_url_has() {
        let name: PlainName = "alice".parse().unwrap();
        for (url, expected) in [
            ("postgres://db/bank", "postgres://db/bank?options=-csearch_path%3Dalice"),
            ("postgres://db/bank?sslmode=require", "postgres://db/bank?sslmode=require&options=-csearch_path%3Dalice"),
            (
                "postgres://db/bank?options=-csearch_path%3Dbob&connect_timeout=3",
                "postgres://db/bank?options=-csearch_path%3Dbob%20-csearch_path%3Dalice&connect_timeout=3",
            ),
        ] {
            let url: DatabaseUrl = url.parse().unwrap();
            assert_eq!(url.in_book(&name).unwrap(), DatabaseUrl::Postgres(expected.to_owned()));
        }
    }
}

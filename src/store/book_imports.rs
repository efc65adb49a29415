//! Queries of exporting and importing whole books, the same on both backends.

use diesel::prelude::*;

use crate::facts::Account;
use crate::models::accounts::NewAccountRow;
use crate::models::book_imports::{BookImportRow, ONLY};
use crate::models::sql_types::SqlId;
use crate::schema::{account_events, accounts, book_identity, book_imports};
use crate::store::StoreError;
use crate::store::each_backend::on_each_backend;

/// How many rows one statement inserts. PostgreSQL takes 65,535 values a statement.
const ROWS_PER_STATEMENT: usize = 1_000;

/// One open transaction: what only exports and imports of whole books ask.
pub(crate) trait BookImports {
    /// How many events there are.
    fn count_events(&mut self) -> Result<i64, StoreError>;

    /// The import of a book into this one, if there ever was one.
    fn find_book_import(&mut self) -> Result<Option<BookImportRow>, StoreError>;

    /// Writes down that an import begins, and gives the book its id.
    fn begin_book_import(&mut self, import: &BookImportRow) -> Result<(), StoreError>;

    /// Gives the book another id, which it takes only as long as it has no accounts.
    fn give_book_id(&mut self, id: SqlId) -> Result<(), StoreError>;

    /// Writes down how far the import has come.
    fn advance_book_import(&mut self, import: &BookImportRow) -> Result<(), StoreError>;

    /// Adds accounts whose names are free.
    fn insert_imported_accounts(&mut self, accounts: &[Account]) -> Result<(), StoreError>;
}

macro_rules! implement_book_imports {
    ($connection:ty) => {
        impl BookImports for $connection {
            fn count_events(&mut self) -> Result<i64, StoreError> {
                Ok(account_events::table.count().get_result(self)?)
            }

            fn find_book_import(&mut self) -> Result<Option<BookImportRow>, StoreError> {
                let import = book_imports::table.find(ONLY).select(BookImportRow::as_select());
                Ok(import.get_result(self).optional()?)
            }

            fn begin_book_import(&mut self, import: &BookImportRow) -> Result<(), StoreError> {
                diesel::insert_into(book_imports::table).values(import).execute(self)?;
                self.give_book_id(import.book_id)
            }

            fn give_book_id(&mut self, id: SqlId) -> Result<(), StoreError> {
                let updated = diesel::update(book_identity::table).set(book_identity::id.eq(id)).execute(self)?;
                assert_eq!(updated, 1, "a book has one id");
                Ok(())
            }

            fn advance_book_import(&mut self, import: &BookImportRow) -> Result<(), StoreError> {
                let row = diesel::update(book_imports::table.find(ONLY)).set((
                    book_imports::book_id.eq(import.book_id),
                    book_imports::lines.eq(import.lines),
                    book_imports::digest.eq(&import.digest),
                    book_imports::finished_at.eq(import.finished_at),
                ));
                assert_eq!(row.execute(self)?, 1, "the import was begun");
                Ok(())
            }

            fn insert_imported_accounts(&mut self, accounts: &[Account]) -> Result<(), StoreError> {
                for accounts in accounts.chunks(ROWS_PER_STATEMENT) {
                    let rows: Vec<_> = accounts.iter().map(NewAccountRow::from).collect();
                    let inserted = diesel::insert_into(accounts::table).values(rows).execute(self)?;
                    assert_eq!(inserted, accounts.len(), "every account is inserted");
                }
                Ok(())
            }
        }
    };
}

on_each_backend!(implement_book_imports);

//! The tables that servers keep beside a book: in a schema of their own on PostgreSQL, in a file of their own beside an SQLite book.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use super::TestBook;

/// The schema of a book's tables, as statements name it.
pub fn schema(book: &TestBook) -> String {
    if book.is_on_postgres() {
        book.query_text("select concat(current_schema(), '_server')")
    } else {
        "main".to_owned()
    }
}

/// The file of an SQLite book's tables.
pub fn file(book: &TestBook) -> SqliteConnection {
    SqliteConnection::establish(&format!("{}-server", book.url.strip_prefix("sqlite://").unwrap())).unwrap()
}

/// Changes the tables behind Teller's back.
pub fn run(book: &TestBook, statement: &str) {
    if book.is_on_postgres() {
        book.raw(statement).unwrap();
    } else {
        file(book).batch_execute(&format!("pragma busy_timeout = 10000; {statement}")).unwrap();
    }
}

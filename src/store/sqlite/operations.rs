use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use super::super::StoreError;
use super::super::migrations;
use super::super::operations::{Book, Operations};
use super::super::plain_name::PlainName;

impl Operations for SqliteConnection {
    fn make_place(&mut self, book: &PlainName) -> Result<(), StoreError> {
        Err(StoreError::book_is_a_file(book))
    }

    /// The caller knows the file's name.
    fn list_books(&mut self) -> Result<Vec<Book>, StoreError> {
        Ok(vec![Book { name: String::new(), schema: migrations::schema_state(self)? }])
    }

    fn roles_script(&mut self, _prefix: &PlainName) -> Result<String, StoreError> {
        Err(StoreError::NotOffered {
            problem: "an SQLite book has no roles",
            hint: "who may read or write it is decided by the permissions of its file and folder".into(),
        })
    }

    fn apply_roles(&mut self, prefix: &PlainName) -> Result<(), StoreError> {
        self.roles_script(prefix).map(drop)
    }

    /// One read of one snapshot, which no writer disturbs and which disturbs none. The online backup interface would begin again
    /// whenever another process writes, and under constant writing never end.
    fn copy_into(&mut self, file: &Path) -> Result<(), StoreError> {
        diesel::sql_query("vacuum into ?").bind::<Text, _>(file.to_string_lossy()).execute(self)?;
        Ok(())
    }
}

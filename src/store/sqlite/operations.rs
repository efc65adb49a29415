use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use super::super::StoreError;
use super::super::migrations;
use super::super::operations::{Book, Operations};
use super::super::plain_name::PlainName;
use super::super::url::DatabaseUrl;
use crate::rules::Instant;

/// Opens a file that is nobody's book at the moment, and changes nothing of it.
pub(in super::super) fn open_read_only(file: &Path) -> Result<SqliteConnection, StoreError> {
    let mut uri = String::from("file:");
    // What has a meaning in a URI is written as its number.
    for character in file.to_string_lossy().chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri.push_str("?mode=ro");
    let url = DatabaseUrl::of_file(file);
    SqliteConnection::establish(&uri).map_err(|error| StoreError::from_connection(&error, &url))
}

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

    fn server_time(&mut self) -> Result<Option<Instant>, StoreError> {
        Ok(None)
    }

    /// One read of one snapshot, which no writer disturbs and which disturbs none. The online backup interface would begin again
    /// whenever another process writes, and under constant writing never end.
    fn copy_into(&mut self, file: &Path) -> Result<(), StoreError> {
        // Another name than the file's would leave the file empty, and nobody the wiser.
        let name = file.to_str().ok_or_else(|| StoreError::NotOffered {
            problem: "the name of the file is not UTF-8",
            hint: "give it another name".into(),
        })?;
        diesel::sql_query("vacuum into ?").bind::<Text, _>(name).execute(self)?;
        Ok(())
    }
}

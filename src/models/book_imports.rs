//! The single row that records the import of a whole book, finished or not.

use diesel::prelude::*;

use crate::models::sql_types::{SqlId, SqlInstant};
use crate::schema::book_imports;

/// The key of the only row.
pub(crate) const ONLY: i16 = 1;

/// The import of a whole book into this one.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = book_imports)]
pub(crate) struct BookImportRow {
    pub id: i16,
    pub book_id: SqlId,
    pub lines: i64,
    pub digest: Vec<u8>,
    pub begun_at: SqlInstant,
    pub finished_at: Option<SqlInstant>,
}

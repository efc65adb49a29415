//! Bare inserts into a second file with the same table of transfers, for measurements.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;

use crate::models::transfers::TransferRow;
use crate::store::StoreError;
use crate::store::plain_name::PlainName;
use crate::store::raw_writes::RawWrites;
use crate::store::sqlite::connection::{NumberRow, TextRow};
use crate::store::sqlite::operations::open_read_only;
use crate::store::sqlite::statements::insert_rows;

/// The table before its indexes.
const DEFINITIONS_QUERY: &str = "\
    select sql as value from sqlite_schema \
    where tbl_name = 'transfers' and type in ('table', 'index') and sql is not null order by type desc";

impl RawWrites for SqliteConnection {
    fn raw_write_name(&self) -> &'static str {
        "raw inserts"
    }

    fn make_raw_table(&mut self, source: &str, _target: &str) -> Result<(), StoreError> {
        let definitions =
            diesel::sql_query(DEFINITIONS_QUERY).load::<TextRow>(&mut open_read_only(Path::new(source))?)?;
        self.batch_execute("pragma foreign_keys = off")?;
        for TextRow { value } in definitions {
            self.batch_execute(&value)?;
        }
        Ok(())
    }

    fn write_raw(&mut self, rows: &[TransferRow]) -> Result<(), StoreError> {
        let inserted = insert_rows(self, rows)?;
        assert_eq!(inserted, rows.len(), "every row is inserted");
        Ok(())
    }

    fn transfer_bytes(&mut self) -> Result<i64, StoreError> {
        let query = "select page_size * page_count as value from pragma_page_size, pragma_page_count";
        Ok(diesel::sql_query(query).get_result::<NumberRow>(self)?.value)
    }

    fn remove_place(&mut self, book: &PlainName) -> Result<(), StoreError> {
        Err(StoreError::book_is_a_file(book))
    }
}

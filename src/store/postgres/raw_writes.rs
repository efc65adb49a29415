//! Bare writes by `COPY` into a copy of the table of transfers, for measurements.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::models::transfers::TransferRow;
use crate::schema::transfers;
use crate::store::StoreError;
use crate::store::plain_name::PlainName;
use crate::store::postgres::rows::NumberRow;
use crate::store::raw_writes::RawWrites;

const BYTES_QUERY: &str = "\
    select pg_total_relation_size('transfers'::regclass) + pg_total_relation_size('holds'::regclass) as value";

impl RawWrites for PgConnection {
    fn raw_write_name(&self) -> &'static str {
        "raw COPY"
    }

    fn make_raw_table(&mut self, source: &str, target: &str) -> Result<(), StoreError> {
        let like = format!("create table \"{target}\".transfers (like \"{source}\".transfers including all)");
        Ok(self.batch_execute(&like)?)
    }

    fn write_raw(&mut self, rows: &[TransferRow]) -> Result<(), StoreError> {
        let copied = diesel::copy_from(transfers::table).from_insertable(rows).execute(self)?;
        assert_eq!(copied, rows.len(), "every row is copied");
        Ok(())
    }

    fn transfer_bytes(&mut self) -> Result<i64, StoreError> {
        Ok(diesel::sql_query(BYTES_QUERY).get_result::<NumberRow>(self)?.value)
    }

    fn remove_place(&mut self, book: &PlainName) -> Result<(), StoreError> {
        Ok(self.batch_execute(&format!("drop schema if exists \"{book}\" cascade"))?)
    }
}

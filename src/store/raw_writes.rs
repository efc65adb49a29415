//! Bare writes, for comparison: rows of transfers into a table like theirs, by the fastest way that the database has. Nothing is judged,
//! hashed or looked up, and no account is touched.

use std::time::{Duration, Instant};

use crate::models::transfers::TransferRow;
use crate::store::StoreError;
use crate::store::connections::on_backend;
use crate::store::options::Access;
use crate::store::plain_name::PlainName;
use crate::store::pool::Pool;

/// The part of a backend that is for measurements.
pub(super) trait RawWrites {
    /// How bare rows are written, for a person.
    fn raw_write_name(&self) -> &'static str;

    /// Makes a table with the columns, constraints and indexes of a book's transfers, and without their triggers and foreign keys. Books
    /// are schemas on PostgreSQL; on SQLite the source is a file, and the target the connection's own.
    fn make_raw_table(&mut self, source: &str, target: &str) -> Result<(), StoreError>;

    /// Writes rows into the table. In a transaction.
    fn write_raw(&mut self, rows: &[TransferRow]) -> Result<(), StoreError>;

    /// How many bytes transfers and holds take with their indexes. On SQLite the whole file.
    fn transfer_bytes(&mut self) -> Result<i64, StoreError>;

    /// Removes the place of a book with all that is in it.
    fn remove_place(&mut self, book: &PlainName) -> Result<(), StoreError>;
}

impl Pool {
    pub(crate) fn raw_write_name(&self) -> Result<&'static str, StoreError> {
        on_backend!(self, slots => slots.session(|connection, _| Ok(connection.raw_write_name())))
    }

    pub(crate) fn make_raw_table(&self, source: &str, target: &str) -> Result<(), StoreError> {
        on_backend!(self, slots => slots.session(|connection, _| connection.make_raw_table(source, target)))
    }

    /// Writes rows into the bare table, and returns how long that took with its commit.
    pub(crate) fn write_raw(&self, rows: &[TransferRow]) -> Result<Duration, StoreError> {
        let begin = Instant::now();
        on_backend!(self, slots => slots.transaction(Access::Write, |connection| connection.write_raw(rows)))?;
        Ok(begin.elapsed())
    }

    /// How many bytes transfers and holds take with their indexes. On SQLite the whole file.
    pub(crate) fn transfer_bytes(&self) -> Result<u64, StoreError> {
        let bytes = on_backend!(self, slots => slots.transaction(Access::Read, RawWrites::transfer_bytes))?;
        Ok(u64::try_from(bytes).unwrap_or_default())
    }

    /// Makes a place for a book, and nothing in it.
    pub(crate) fn make_place(&self, book: &PlainName) -> Result<(), StoreError> {
        self.operate(|operations| operations.make_place(book))
    }

    /// Removes the place of a book with all that is in it.
    pub(crate) fn remove_place(&self, book: &PlainName) -> Result<(), StoreError> {
        on_backend!(self, slots => slots.session(|connection, _| connection.remove_place(book)))
    }
}

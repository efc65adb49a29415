//! Measuring bare writes of transfer rows, without judging or hashing, as a yardstick for the database.

use std::time::Duration;

use crate::bench::memory::peak_memory_bytes;
use crate::bench::{Bench, Measured};
use crate::error::Error;
use crate::store::{Access, PageSize};

impl Bench {
    /// Writes the book's first transfers once more, into a table like theirs that nothing looks at: what the database itself can do.
    /// The accounts are left alone, and nothing is judged or hashed.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub fn run_raw(&self, rows_max: u32, rows_per_commit: u32) -> Result<Measured, Error> {
        let table = self.book.raw_table(self.options)?;
        let pool = &table.pool;
        let mut measured = Measured {
            work: format!("{} by {rows_per_commit}", pool.raw_write_name()?),
            transfers: 0,
            time: Duration::ZERO,
            latencies: None,
            bytes_per_transfer: None,
            peak_memory_bytes: None,
        };
        let mut from = 0;
        while measured.transfers < u64::from(rows_max) {
            let mut size = PageSize::up_to(rows_per_commit.into());
            let rows =
                self.ledger.pool().transaction(Access::Read, |store| Ok(store.transfer_rows_from(from, &mut size)?))?;
            let Some(last) = rows.last() else { break };
            from = last.sequence + 1;
            measured.transfers += rows.len() as u64;
            measured.time += pool.write_raw(&rows)?;
        }
        measured.peak_memory_bytes = peak_memory_bytes();
        Ok(measured)
    }
}

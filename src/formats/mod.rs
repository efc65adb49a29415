//! Between bytes and records: the files that are imported, and the shapes that are shown.
//!
//! What belongs here: reading and writing formats, and nothing of what is done with what they say.

mod columns;
mod csv_accounts;
mod csv_rejects;
mod csv_transfers;
mod line_starts;
mod records;

pub use columns::Lines;
pub use csv_accounts::read_accounts;
pub use csv_rejects::RejectsFile;
pub use csv_transfers::read_transfers;
pub use records::{
    AccountRecord, BackupRecord, BalanceRecord, BookRecord, CurrencyRecord, EntryRecord, FactRecord, FindingRecord,
    ImportRecord, MigrationRecord, OpenedRecord, StatementRecord, TransferRecord, VerifyRecord,
};

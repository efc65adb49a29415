//! Between bytes and records: the files that are imported, and the shapes that are shown.
//!
//! What belongs here: reading and writing formats, and nothing of what is done with what they say.

mod book_file;
mod columns;
mod csv_accounts;
mod csv_dialect;
mod csv_records;
mod csv_rejects;
mod csv_transfers;
mod currencies;
mod durations;
mod hex;
mod json;
mod legs;
mod operation_json;
mod records;
mod recurrences;
mod request_json;
mod seal_file;
mod shares;
mod visible;

pub use book_file::{BookReader, BookWriter};
pub use columns::Lines;
pub use csv_accounts::{read_accounts, read_accounts_by};
pub use csv_dialect::Delimiter;
pub use csv_rejects::RejectsFile;
pub use csv_transfers::{read_transfers, read_transfers_by};
pub use currencies::{Currencies, read_amount, read_quantity, read_version};
pub use durations::read_duration;
pub use records::{
    AccountRecord, BackupRecord, BalanceAsOfRecord, BalanceRecord, BenchRecord, BookImportRecord, BookMadeRecord,
    BookRecord, ClockAcceptanceRecord, ClockRecord, ClosedPeriodRecord, CurrencyRecord, DueRecord, EntryRecord,
    EventRecord, ExpiredRecord, ExportRecord, FactRecord, FindingRecord, HoldHistoryRecord, HoldRecord, ImportRecord,
    ItemRecord, MetadataChangeRecord, MetadataRecord, MigrationRecord, Next, OpenedRecord, PageRecord,
    PathBalanceRecord, PeriodChangeRecord, PeriodEventRecord, ReceiptRecord, Record, RoleRecord, ScheduleHistoryRecord,
    ScheduleRecord, ScheduleRunRecord, SealRecord, SettingRecord, SpanStatementHead, StatementHead, TransferRecord,
    VerifyRecord,
};
pub use recurrences::{read_date, read_due_day, read_time_of_day};
pub use request_json::{JournalHeader, RequestReader, Signature};
pub use seal_file::{SealFile, SealFileError, SealKey, SealPublicKey};
pub use shares::read_parts;
pub use visible::{TerminalJson, is_deceptive, visible, write_json, write_json_pretty};

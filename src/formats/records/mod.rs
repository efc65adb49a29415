//! The shapes in which results are shown. The fields and their order are a promise to the programs that read them; new ones go to the
//! end.
//!
//! Amounts are texts, so that no reader rounds them; times are RFC 3339 in UTC with microseconds; hashes are hexadecimal.

mod accounts;
mod annotations;
mod bench;
mod checks;
mod holds;
mod operations;
mod periods;
mod schedules;
mod statements;
mod transfers;

use crate::rules::Description;

pub use accounts::{
    AccountRecord, BalanceAsOfRecord, BalanceRecord, CurrencyRecord, EventRecord, OpenedRecord, PathBalanceRecord,
};
pub use annotations::{MetadataChangeRecord, MetadataRecord};
pub use bench::BenchRecord;
pub use checks::{
    BookImportRecord, FactRecord, FindingRecord, ImportRecord, MigrationRecord, SettingRecord, VerifyRecord,
};
pub use holds::{ExpiredRecord, HoldHistoryRecord, HoldRecord};
pub use operations::{BackupRecord, BookRecord};
pub use periods::{ClosedPeriodRecord, PeriodEventRecord};
pub use schedules::{DueRecord, ScheduleHistoryRecord, ScheduleRecord, ScheduleRunRecord};
pub use statements::{EntryRecord, SpanStatementRecord, StatementRecord};
pub use transfers::{ItemRecord, ReceiptRecord, TransferRecord};

fn text(description: Option<&Description>) -> Option<String> {
    description.map(ToString::to_string)
}

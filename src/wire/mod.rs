//! How requests and answers are written: once, for the command line, files and programs.
//!
//! What belongs here: reading requests from JSON and from the words of arguments, and the records that are shown, each with its columns.
//! What does not: what is done with them, and other people's formats, which are in [`interchange`](crate::interchange).

mod amounts;
#[cfg(any(feature = "cli", feature = "server"))]
mod cells;
mod changes_json;
mod durations;
#[cfg(feature = "server")]
mod exchange_json;
#[cfg(any(feature = "cli", feature = "server"))]
mod faults;
pub(crate) mod hex;
mod json;
mod legs;
mod list_cursors;
mod moments;
mod notes;
#[cfg(feature = "server")]
mod opening_json;
mod operation_json;
mod records;
mod recurrences;
mod report_options;
mod request_json;
#[cfg(feature = "server")]
mod schedule_json;
mod seal_file;
mod shares;
mod signature;
mod visible;
#[cfg(any(feature = "cli", feature = "server"))]
mod zone;

pub use crate::wire::amounts::{read_amount, read_balance, read_quantity, read_up_to, read_version};
#[cfg(any(feature = "cli", feature = "server"))]
pub(crate) use crate::wire::cells::cell;
pub use crate::wire::durations::{read_duration, read_lifetime};
#[cfg(feature = "server")]
pub(crate) use crate::wire::exchange_json::read_exchange;
#[cfg(any(feature = "cli", feature = "server"))]
pub(crate) use crate::wire::faults::fields_of_input;
#[cfg(feature = "server")]
pub(crate) use crate::wire::json::{Fields, Json};
pub use crate::wire::list_cursors::{AccountCursor, HoldCursor, JournalCursor, TransferCursor};
pub use crate::wire::moments::{Moments, TimeZone, Utc, first_moment, local_time, read_moments, read_month};
pub use crate::wire::notes::JournalHeader;
#[cfg(feature = "server")]
pub(crate) use crate::wire::opening_json::OpeningJson;
#[cfg(feature = "cli")]
pub use crate::wire::records::BenchRecord;
pub use crate::wire::records::{
    AccountEventRecord, AccountOpenedRecord, AccountRecord, AuditRecord, BackupRecord, BalanceRecord, BookEventRecord,
    BookImportRecord, BookMadeRecord, BookRecord, ClockAcceptanceRecord, ClockRecord, ClosedPeriodRecord, Columns,
    CurrencyRecord, DueEventRecord, DueRecord, EntryRecord, EventData, EventRecord, ExpiredRecord, ExportRecord,
    FactRecord, FindingRecord, FlatExportRecord, HoldHistoryRecord, HoldRecord, ImportLineRecord, ImportRecord,
    ItemRecord, JournalRecord, Kind, MetadataChangeRecord, MetadataIndexChangeRecord, MetadataIndexRecord,
    MetadataRecord, MigrationRecord, Next, OpenedRecord, PageRecord, PeriodChangeRecord, PeriodEventRecord,
    ReceiptRecord, Record, RefusedLineRecord, ReportHead, ReportTail, RoleRecord, ScheduleHistoryRecord,
    ScheduleRecord, ScheduleRunRecord, SealRecord, SettingRecord, SheetRecord, StatementHead, TransferDetailsRecord,
    TransferEventRecord, TransferRecord, TransferWithBalancesRecord, TrialBalanceRecord, VerifyRecord, WideRow,
    event_type, read_event_kind,
};
#[cfg(feature = "server")]
pub use crate::wire::records::{
    ConsumerRecord, CrossingRecord, DeliveryRecord, KeyMadeRecord, KeyRecord, MonitorEventKind, MonitorEventRecord,
    MonitorRecord, ShownKey, WebhookMadeRecord, WebhookRecord, WebhookTestRecord,
};
pub use crate::wire::recurrences::{read_date, read_due_day, read_time_of_day};
pub use crate::wire::report_options::{AskedReport, ReportKind, ReportOptions};
pub use crate::wire::request_json::RequestReader;
#[cfg(feature = "server")]
pub(crate) use crate::wire::schedule_json::read_schedule;
pub use crate::wire::seal_file::{SealFile, SealFileError, SealKey, SealPublicKey};
pub use crate::wire::shares::read_parts;
pub use crate::wire::signature::DefaultSignature;
pub use crate::wire::visible::{TerminalJson, is_deceptive, visible, write_json, write_json_pretty};
#[cfg(any(feature = "cli", feature = "server"))]
pub(crate) use crate::wire::zone::Zone;

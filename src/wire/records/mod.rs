//! The shapes in which results are shown. The fields and their order are a promise to the programs that read them; new ones go to the
//! end.
//!
//! Amounts are texts, so that no reader rounds them; times are RFC 3339 in UTC with microseconds; hashes are hexadecimal.

#[macro_use]
mod record;

mod accounts;
mod annotations;
mod audits;
#[cfg(feature = "cli")]
mod bench;
mod checks;
mod clock;
#[cfg(feature = "server")]
mod consumers;
mod events;
mod holds;
mod imports;
#[cfg(feature = "server")]
mod keys;
mod lookups;
#[cfg(feature = "server")]
mod monitors;
mod operations;
mod periods;
mod reports;
mod schedules;
mod statements;
mod transfers;
#[cfg(feature = "server")]
mod webhooks;

use crate::facts::Description;

pub use crate::wire::records::accounts::{
    AccountEventRecord, AccountRecord, BalanceRecord, CurrencyRecord, OpenedRecord,
};
pub use crate::wire::records::annotations::{
    MetadataChangeRecord, MetadataIndexChangeRecord, MetadataIndexRecord, MetadataRecord,
};
pub use crate::wire::records::audits::AuditRecord;
#[cfg(feature = "cli")]
pub use crate::wire::records::bench::BenchRecord;
pub use crate::wire::records::checks::{
    BookImportRecord, FactRecord, FindingRecord, ImportRecord, MigrationRecord, SettingRecord, VerifyRecord,
};
pub use crate::wire::records::clock::{ClockAcceptanceRecord, ClockRecord};
#[cfg(feature = "server")]
pub use crate::wire::records::consumers::ConsumerRecord;
pub use crate::wire::records::events::{
    AccountOpenedRecord, BookEventRecord, DueEventRecord, EventData, EventRecord, TransferEventRecord, event_type,
    read_event_kind,
};
pub use crate::wire::records::holds::{ExpiredRecord, HoldHistoryRecord, HoldRecord};
pub use crate::wire::records::imports::{ImportLineRecord, RefusedLineRecord};
#[cfg(feature = "server")]
pub use crate::wire::records::keys::{KeyMadeRecord, KeyRecord, ShownKey};
pub use crate::wire::records::lookups::{JournalRecord, TransferDetailsRecord, TransferWithBalancesRecord};
#[cfg(feature = "server")]
pub use crate::wire::records::monitors::{CrossingRecord, MonitorEventKind, MonitorEventRecord, MonitorRecord};
pub use crate::wire::records::operations::{
    BackupRecord, BookMadeRecord, BookRecord, ExportRecord, FlatExportRecord, PageRecord, RoleRecord, SealRecord,
};
pub use crate::wire::records::periods::{ClosedPeriodRecord, PeriodChangeRecord, PeriodEventRecord};
pub use crate::wire::records::record::{Columns, Kind, Record};
pub use crate::wire::records::reports::{ReportHead, ReportTail, SheetRecord, TrialBalanceRecord, WideRow};
pub use crate::wire::records::schedules::{DueRecord, ScheduleHistoryRecord, ScheduleRecord, ScheduleRunRecord};
pub use crate::wire::records::statements::{EntryRecord, Next, StatementHead};
pub use crate::wire::records::transfers::{ItemRecord, ReceiptRecord, TransferRecord};
#[cfg(feature = "server")]
pub use crate::wire::records::webhooks::{DeliveryRecord, WebhookMadeRecord, WebhookRecord, WebhookTestRecord};

fn text(description: Option<&Description>) -> Option<String> {
    description.map(ToString::to_string)
}

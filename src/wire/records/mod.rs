//! The shapes in which results are shown. The fields and their order are a promise to the programs that read them; new ones go to the
//! end.
//!
//! Amounts are texts, so that no reader rounds them; times are RFC 3339 in UTC with microseconds; hashes are hexadecimal.

/// Names the fields of a record, in order; those of a record inside it stand before them. A field that is forgotten is a compile error.
macro_rules! columns {
    ($record:ident { $(..$outer:ident: $inner:ident,)? $($field:ident),+ $(,)? }) => {
        impl $crate::wire::Record for $record {
            fn columns() -> Vec<&'static str> {
                const _: fn($record) = |$record { $($outer: _,)? $($field: _),+ }| {};
                let mut columns = Vec::new();
                $(columns.extend(<$inner as $crate::wire::Record>::columns());)?
                columns.extend([$(stringify!($field)),+].map(|name| name.trim_start_matches("r#")));
                columns
            }
        }
    };
}

mod accounts;
mod annotations;
mod bench;
mod checks;
mod clock;
mod holds;
mod operations;
mod periods;
mod reports;
mod schedules;
mod statements;
mod transfers;

use serde::Serialize;

use crate::facts::Description;

pub use crate::wire::records::accounts::{
    AccountRecord, BalanceAsOfRecord, BalanceRecord, CurrencyRecord, EventRecord, OpenedRecord, PathBalanceRecord,
};
pub use crate::wire::records::annotations::{MetadataChangeRecord, MetadataRecord};
pub use crate::wire::records::bench::BenchRecord;
pub use crate::wire::records::checks::{
    BookImportRecord, FactRecord, FindingRecord, ImportRecord, MigrationRecord, SettingRecord, VerifyRecord,
};
pub use crate::wire::records::clock::{ClockAcceptanceRecord, ClockRecord};
pub use crate::wire::records::holds::{ExpiredRecord, HoldHistoryRecord, HoldRecord};
pub use crate::wire::records::operations::{
    BackupRecord, BookMadeRecord, BookRecord, ExportRecord, PageRecord, RoleRecord, SealRecord,
};
pub use crate::wire::records::periods::{ClosedPeriodRecord, PeriodChangeRecord, PeriodEventRecord};
pub use crate::wire::records::reports::{
    PathBalanceAsOfRecord, ReportHead, ReportTail, SheetRecord, TrialBalanceRecord, WideRow,
};
pub use crate::wire::records::schedules::{DueRecord, ScheduleHistoryRecord, ScheduleRecord, ScheduleRunRecord};
pub use crate::wire::records::statements::{EntryRecord, Next, SpanStatementHead, StatementHead};
pub use crate::wire::records::transfers::{ItemRecord, ReceiptRecord, TransferRecord};

/// What lists are made of: the names of their columns are known where a list is empty too.
pub trait Record: Serialize {
    /// The names of its fields, in order.
    fn columns() -> Vec<&'static str>;
}

fn text(description: Option<&Description>) -> Option<String> {
    description.map(ToString::to_string)
}

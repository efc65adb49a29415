use serde::Serialize;

use crate::facts::{Instant, Sequence};
use crate::ledger::{BookImported, ClockStatus, Finding, FindingCode, ImportCounts, Mode, VerifyReport};
use crate::money::CurrencyCode;
use crate::store::{Fact, MigrationStatus};

record! {
    /// What an import came to.
    pub struct ImportRecord {
        lines: u64,
        imported: u64,
        replayed: u64,
        refused: u64,
        malformed: u64,
        /// Where the lines are that were not imported.
        rejects: Option<String>,
        dry_run: bool,
    }
    table { lines, imported, replayed, refused, malformed, rejects }
}

impl ImportRecord {
    /// The counts, and the file with the lines that were not imported if there is one.
    #[must_use]
    pub fn new(counts: ImportCounts, rejects: Option<String>, mode: Mode) -> Self {
        Self {
            lines: counts.lines,
            imported: counts.done,
            replayed: counts.replayed,
            refused: counts.refused,
            malformed: counts.malformed,
            rejects,
            dry_run: mode == Mode::DryRun,
        }
    }
}

record! {
    /// A migration.
    pub struct MigrationRecord {
        migration: String,
        applied: bool,
    }
}

impl From<&MigrationStatus> for MigrationRecord {
    fn from(status: &MigrationStatus) -> Self {
        Self { migration: status.name.clone(), applied: status.is_applied }
    }
}

record! {
    /// Something wrong with a book.
    pub struct FindingRecord {
        code: FindingCode,
        sequence: Option<Sequence>,
        account: Option<String>,
        problem: String,
    }
}

impl From<&Finding> for FindingRecord {
    fn from(finding: &Finding) -> Self {
        let code = finding.code;
        Self { code, sequence: finding.sequence, account: finding.account.clone(), problem: finding.problem.clone() }
    }
}

record! {
    /// What a verification came to.
    pub struct VerifyRecord {
        transfers: u64,
        accounts: u64,
        finding_count: u64,
        findings: Vec<FindingRecord>,
        totals: Vec<TotalsRecord>,
        /// When the latest entry was recorded, where that is later than the book's clock. The fault is then a clock's, not the book's.
        later_than_now: Option<Instant>,
    }
}

#[derive(Debug, Serialize)]
struct TotalsRecord {
    currency: CurrencyCode,
    debits: String,
    credits: String,
}

impl From<&VerifyReport> for VerifyRecord {
    fn from(report: &VerifyReport) -> Self {
        let totals = report.totals.iter().map(|totals| TotalsRecord {
            currency: totals.currency,
            debits: totals.debits.to_plain_string(),
            credits: totals.credits.to_plain_string(),
        });
        Self {
            transfers: report.transfers,
            accounts: report.accounts,
            finding_count: report.finding_count,
            findings: report.findings.iter().map(FindingRecord::from).collect(),
            totals: totals.collect(),
            later_than_now: report.clock.as_ref().and_then(ClockStatus::too_late),
        }
    }
}

record! {
    /// One thing that is known of a database.
    pub struct FactRecord {
        fact: String,
        value: String,
        warning: Option<String>,
        advice: Option<&'static str>,
    }
}

impl FactRecord {
    /// A fact, and what is worrying about it.
    #[must_use]
    pub fn new(fact: &str, value: impl Into<String>, warning: Option<String>) -> Self {
        Self { fact: fact.to_owned(), value: value.into(), warning, advice: None }
    }

    /// The same, with what to do about it behind what is worrying.
    #[must_use]
    pub fn with_next_step(self, step: Option<&str>) -> Self {
        let warning = match (self.warning, step) {
            (Some(warning), Some(step)) => Some(format!("{warning}; {step}")),
            (warning, _) => warning,
        };
        Self { warning, ..self }
    }

    /// Whether there is something to do about it.
    #[must_use]
    pub const fn is_worrying(&self) -> bool {
        self.warning.is_some()
    }
}

impl From<&Fact> for FactRecord {
    fn from(fact: &Fact) -> Self {
        Self { advice: fact.advice, ..Self::new(fact.name, fact.value.clone(), fact.warning.clone()) }
    }
}

record! {
    /// What became of the import of a whole book.
    pub struct BookImportRecord {
        book: String,
        accounts: u64,
        transfers: u64,
        events: u64,
        /// How many lines an earlier import had brought in.
        resumed: u64,
        replayed: bool,
        complete: bool,
        book_events: u64,
        schedules: u64,
        dry_run: bool,
    }
    table { accounts, transfers, events, schedules, resumed, replayed, complete }
}

impl BookImportRecord {
    /// What the file has, and what became of it.
    #[must_use]
    pub fn new(imported: &BookImported, mode: Mode) -> Self {
        let header = &imported.header;
        Self {
            book: header.book_id.to_string(),
            accounts: header.accounts,
            transfers: header.transfers,
            events: header.events,
            resumed: imported.resumed,
            replayed: imported.replayed,
            complete: imported.is_complete,
            book_events: header.book_events,
            schedules: header.schedules,
            dry_run: mode == Mode::DryRun,
        }
    }
}

record! {
    /// One setting of the connection.
    pub struct SettingRecord {
        setting: String,
        value: String,
        origin: String,
    }
    table { setting, value }
    /// With where each value is from.
    view with_origin { setting, value, origin }
}

impl SettingRecord {
    /// A setting's name and value, and where it is from.
    #[must_use]
    pub fn new(name: &str, value: &str, origin: &str) -> Self {
        Self { setting: name.to_owned(), value: value.to_owned(), origin: origin.to_owned() }
    }
}

//! Records of verifications, imports, migrations, facts of the database, and settings.

use serde::Serialize;

use crate::facts::{Instant, Sequence};
use crate::ledger::{BookImported, ClockStatus, Finding, FindingCode, ImportCounts, Mode, VerifyReport};
use crate::money::CurrencyCode;
use crate::store::{Fact, Measure, MigrationStatus};

record! {
    /// What an import came to.
    pub struct ImportRecord {
        /// How many lines there were.
        lines: u64,
        /// How many were imported.
        imported: u64,
        /// How many had been imported before.
        replayed: u64,
        /// How many were refused.
        refused: u64,
        /// How many could not be read.
        malformed: u64,
        /// Where the lines are that were not imported.
        rejects: Option<String>,
        /// Whether it was only tried and nothing was written.
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
        /// The migration's version and name.
        migration: String,
        /// Whether the book has it.
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
        /// The stable code of what is wrong.
        code: FindingCode,
        /// The transfer or event that it is about; null where it is none.
        sequence: Option<Sequence>,
        /// The account that it is about; null where it is none.
        account: Option<String>,
        /// What is wrong, for people.
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
        /// How many transfers were proven.
        transfers: u64,
        /// How many accounts were proven.
        accounts: u64,
        /// How many problems were found.
        finding_count: u64,
        /// The first 100 of them, in the order of the book.
        findings: Vec<FindingRecord>,
        /// The totals of each currency.
        totals: Vec<TotalsRecord>,
        /// When the latest entry was recorded, where that is later than the book's clock. The fault is then a clock's, not the book's.
        later_than_now: Option<Instant>,
    }
}

/// The totals of one currency, which are equal in a book that is whole.
#[derive(Debug, Serialize)]
struct TotalsRecord {
    /// The currency's code.
    currency: CurrencyCode,
    /// The sum of all debits.
    debits: String,
    /// The sum of all credits.
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
        /// What it is about.
        fact: String,
        /// What was found.
        value: String,
        /// Why that is a risk; null where it is none.
        warning: Option<String>,
        /// What would make it better; null where there is nothing.
        advice: Option<&'static str>,
        /// The number in the value; null where there is none.
        number: Option<i64>,
        /// What that is a number of: `bytes`, `us` for microseconds, `seconds`, `connections`.
        unit: Option<&'static str>,
        /// Whether the warning was to be left out of account.
        ignored: bool,
    }
    table { fact, value, warning, advice }
}

impl FactRecord {
    /// A fact, and what is worrying about it.
    #[must_use]
    pub fn new(fact: &str, value: impl Into<String>, warning: Option<String>) -> Self {
        let fact = fact.to_owned();
        Self { fact, value: value.into(), warning, advice: None, number: None, unit: None, ignored: false }
    }

    /// The same, with the number in it.
    #[must_use]
    pub fn with_measure(self, measure: Measure) -> Self {
        Self { number: Some(measure.number), unit: Some(measure.unit), ..self }
    }

    /// The same, where its name is among those that are left out of account.
    #[must_use]
    pub fn ignored_by(self, names: &[String]) -> Self {
        Self { ignored: names.contains(&self.fact), ..self }
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
        self.warning.is_some() && !self.ignored
    }

    /// What was found.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What there is to do about it: `warning`, `ignored` or `advice`, and what it says.
    #[must_use]
    pub fn findings(&self) -> Vec<(&'static str, &str)> {
        let warning = self.warning.as_deref().map(|text| (if self.ignored { "ignored" } else { "warning" }, text));
        warning.into_iter().chain(self.advice.map(|text| ("advice", text))).collect()
    }

    /// What it is about.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.fact
    }
}

impl From<&Fact> for FactRecord {
    fn from(fact: &Fact) -> Self {
        let record = Self { advice: fact.advice, ..Self::new(fact.name, fact.value.clone(), fact.warning.clone()) };
        match fact.measure {
            Some(measure) => record.with_measure(measure),
            None => record,
        }
    }
}

record! {
    /// What became of the import of a whole book.
    pub struct BookImportRecord {
        /// The id of the book that came in.
        book: String,
        /// How many accounts there are.
        accounts: u64,
        /// How many transfers there are.
        transfers: u64,
        /// How many changes of accounts there are.
        events: u64,
        /// How many lines an earlier import had brought in.
        resumed: u64,
        /// Whether the file had been imported before.
        replayed: bool,
        /// Whether the whole file is in.
        complete: bool,
        /// How many events of the book as a whole there are.
        book_events: u64,
        /// How many schedules there are.
        schedules: u64,
        /// Whether it was only tried and nothing was written.
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
        /// The setting's name.
        setting: String,
        /// Its value; passwords are left out.
        value: String,
        /// Where the value comes from.
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

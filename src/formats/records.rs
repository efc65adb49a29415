//! The shapes in which results are shown. The fields and their order are a promise to the programs that read them.
//!
//! Amounts are texts, so that no reader rounds them; times are RFC 3339 in UTC with microseconds; hashes are hexadecimal.

use std::path::Path;

use serde::Serialize;

use crate::money::{CurrencyCode, Money};
use crate::rules::{
    Account, AccountName, AccountState, AccountType, Description, Hash, Instant, Metadata, NormalSide, Sequence,
    Transfer, TransferId, TransferKind,
};
use crate::service::{Entry, Finding, ImportCounts, Mode, NamedCurrency, Opened, Posted, Statement, VerifyReport};
use crate::store::{Fact, MigrationStatus};

/// What an account has.
#[derive(Debug, Serialize)]
pub struct BalanceRecord {
    account: AccountName,
    currency: CurrencyCode,
    r#type: AccountType,
    posted: Money,
    held: Money,
    available: Money,
    version: i64,
}

impl From<&Account> for BalanceRecord {
    fn from(account: &Account) -> Self {
        Self {
            account: account.name.clone(),
            currency: account.currency.code(),
            r#type: account.account_type,
            posted: account.money(account.posted()),
            held: account.money(account.held()),
            available: account.money(account.available()),
            version: account.version,
        }
    }
}

/// All that is known of an account.
#[derive(Debug, Serialize)]
pub struct AccountRecord {
    #[serde(flatten)]
    balance: BalanceRecord,
    state: AccountState,
    min_balance: Option<Money>,
    max_balance: Option<Money>,
    description: Option<String>,
    metadata: Metadata,
    opened_at: Instant,
    closed_at: Option<Instant>,
    head: Hash,
}

impl From<&Account> for AccountRecord {
    fn from(account: &Account) -> Self {
        Self {
            balance: account.into(),
            state: account.state,
            min_balance: account.limits.min_balance.map(|limit| account.money(limit)),
            max_balance: account.limits.max_balance.map(|limit| account.money(limit)),
            description: text(account.description.as_ref()),
            metadata: account.metadata.clone(),
            opened_at: account.opened_at,
            closed_at: account.closed_at,
            head: account.head,
        }
    }
}

/// The answer to a request to open an account.
#[derive(Debug, Serialize)]
pub struct OpenedRecord {
    #[serde(flatten)]
    account: AccountRecord,
    replayed: bool,
}

impl From<&Opened> for OpenedRecord {
    fn from(opened: &Opened) -> Self {
        Self { account: (&opened.account).into(), replayed: opened.replayed }
    }
}

/// A posted transfer.
#[derive(Debug, Serialize)]
pub struct TransferRecord {
    id: TransferId,
    /// Null in a dry run.
    sequence: Option<Sequence>,
    debit_account: AccountName,
    credit_account: AccountName,
    amount: Money,
    currency: CurrencyCode,
    recorded_at: Instant,
    effective_at: Instant,
    hash: Hash,
    replayed: bool,
    kind: TransferKind,
    description: Option<String>,
    metadata: Metadata,
    dry_run: bool,
}

impl TransferRecord {
    /// The answer to a request that was made in a mode.
    #[must_use]
    pub fn new(posted: &Posted, mode: Mode) -> Self {
        let Transfer { sequence, .. } = posted.transfer;
        Self {
            id: posted.transfer.id,
            sequence: (sequence != Sequence::UNASSIGNED).then_some(sequence),
            debit_account: posted.debit_account.clone(),
            credit_account: posted.credit_account.clone(),
            amount: Money::new(posted.transfer.amount, posted.currency),
            currency: posted.currency.code(),
            recorded_at: posted.transfer.recorded_at,
            effective_at: posted.transfer.effective_at,
            hash: posted.transfer.hash,
            replayed: posted.replayed,
            kind: posted.transfer.kind,
            description: text(posted.transfer.description.as_ref()),
            metadata: posted.transfer.metadata.clone(),
            dry_run: mode == Mode::DryRun,
        }
    }
}

/// One line of a statement.
#[derive(Debug, Serialize)]
pub struct EntryRecord {
    sequence: Sequence,
    recorded_at: Instant,
    effective_at: Instant,
    side: NormalSide,
    counterparty: AccountName,
    change: Money,
    balance: Money,
    version: i64,
    id: TransferId,
    kind: TransferKind,
    description: Option<String>,
    metadata: Metadata,
    hash: Hash,
}

impl From<&Entry> for EntryRecord {
    fn from(entry: &Entry) -> Self {
        let transfer = &entry.transfer;
        Self {
            sequence: transfer.sequence,
            recorded_at: transfer.recorded_at,
            effective_at: transfer.effective_at,
            side: entry.side,
            counterparty: entry.counterparty.clone(),
            change: entry.change,
            balance: entry.balance,
            version: entry.version,
            id: transfer.id,
            kind: transfer.kind,
            description: text(transfer.description.as_ref()),
            metadata: transfer.metadata.clone(),
            hash: transfer.hash,
        }
    }
}

/// A page of a statement.
#[derive(Debug, Serialize)]
pub struct StatementRecord {
    account: AccountName,
    currency: CurrencyCode,
    /// Newest first.
    pub entries: Vec<EntryRecord>,
    /// What to pass as the cursor for the next, older page; null on the last one.
    pub next_cursor: Option<Sequence>,
}

impl From<&Statement> for StatementRecord {
    fn from(statement: &Statement) -> Self {
        Self {
            account: statement.account.name.clone(),
            currency: statement.account.currency.code(),
            entries: statement.entries.iter().map(EntryRecord::from).collect(),
            next_cursor: statement.next,
        }
    }
}

/// A registered currency.
#[derive(Debug, Serialize)]
pub struct CurrencyRecord {
    currency: CurrencyCode,
    exponent: u8,
    name: String,
}

impl From<&NamedCurrency> for CurrencyRecord {
    fn from(named: &NamedCurrency) -> Self {
        Self { currency: named.currency.code(), exponent: named.currency.exponent(), name: named.name.to_string() }
    }
}

/// A migration.
#[derive(Debug, Serialize)]
pub struct MigrationRecord {
    migration: String,
    applied: bool,
}

impl From<&MigrationStatus> for MigrationRecord {
    fn from(status: &MigrationStatus) -> Self {
        Self { migration: status.name.clone(), applied: status.is_applied }
    }
}

/// A book, among those that one database holds.
#[derive(Debug, Serialize)]
pub struct BookRecord {
    book: String,
    schema_state: String,
}

impl BookRecord {
    /// The name of a book, and the state of its schema.
    #[must_use]
    pub fn new(book: &str, schema_state: String) -> Self {
        Self { book: book.to_owned(), schema_state }
    }
}

/// A backup that was written.
#[derive(Debug, Serialize)]
pub struct BackupRecord {
    file: String,
    bytes: u64,
}

impl BackupRecord {
    /// The file, and its size.
    #[must_use]
    pub fn new(file: &Path, bytes: u64) -> Self {
        Self { file: file.display().to_string(), bytes }
    }
}

/// What an import came to.
#[derive(Debug, Serialize)]
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

/// Something wrong with a book.
#[derive(Debug, Serialize)]
pub struct FindingRecord {
    sequence: Option<Sequence>,
    account: Option<String>,
    problem: String,
}

impl From<&Finding> for FindingRecord {
    fn from(finding: &Finding) -> Self {
        Self { sequence: finding.sequence, account: finding.account.clone(), problem: finding.problem.clone() }
    }
}

/// What a verification came to.
#[derive(Debug, Serialize)]
pub struct VerifyRecord {
    transfers: u64,
    accounts: u64,
    finding_count: u64,
    findings: Vec<FindingRecord>,
    totals: Vec<TotalsRecord>,
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
        }
    }
}

/// One thing that is known of a database.
#[derive(Debug, Serialize)]
pub struct FactRecord {
    fact: String,
    value: String,
    warning: Option<String>,
}

impl FactRecord {
    /// A fact, and what is worrying about it.
    #[must_use]
    pub fn new(fact: &str, value: impl Into<String>, warning: Option<String>) -> Self {
        Self { fact: fact.to_owned(), value: value.into(), warning }
    }
}

impl FactRecord {
    /// Whether there is something to do about it.
    #[must_use]
    pub const fn is_worrying(&self) -> bool {
        self.warning.is_some()
    }
}

impl From<&Fact> for FactRecord {
    fn from(fact: &Fact) -> Self {
        Self::new(fact.name, fact.value.clone(), fact.warning.clone())
    }
}

fn text(description: Option<&Description>) -> Option<String> {
    description.map(ToString::to_string)
}

//! The record of an audit by another accounting program.

use crate::ledger::JournalCounts;

/// How many findings a record has at most.
const FINDINGS_MAX: usize = 100;

record! {
    /// What another program says of the book.
    pub struct AuditRecord {
        /// The program.
        program: &'static str,
        /// Its version.
        version: String,
        /// What it comes to: `agrees` or `disagrees`.
        verdict: &'static str,
        /// How many accounts it compared with the balances that the book has.
        accounts: u64,
        /// How many transfers it added up.
        transfers: u64,
        /// The first 100 lines of what is wrong: what the program says, and the balances that differ.
        findings: Vec<String>,
    }
    table { program, version, verdict, accounts, transfers }
}

impl AuditRecord {
    /// What a program of a version says.
    #[must_use]
    pub fn new(
        (program, version): (&'static str, String),
        agrees: bool,
        counts: JournalCounts,
        mut findings: Vec<String>,
    ) -> Self {
        findings.truncate(FINDINGS_MAX);
        let verdict = if agrees { AGREES } else { "disagrees" };
        Self { program, version, verdict, accounts: counts.accounts, transfers: counts.transfers, findings }
    }

    /// Whether the program found nothing wrong.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.verdict == AGREES
    }

    /// What is wrong.
    #[must_use]
    pub fn findings(&self) -> &[String] {
        &self.findings
    }

    /// How many accounts were compared.
    #[must_use]
    pub const fn accounts(&self) -> u64 {
        self.accounts
    }

    /// How many transfers were added up.
    #[must_use]
    pub const fn transfers(&self) -> u64 {
        self.transfers
    }
}

const AGREES: &str = "agrees";

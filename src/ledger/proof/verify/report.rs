//! The result of a verification, and its findings.

use bigdecimal::BigDecimal;
use serde::Serialize;

use crate::facts::Sequence;
use crate::ledger::book::clock::ClockStatus;
use crate::money::CurrencyCode;

/// The kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingCode {
    /// A row that Teller did not write as it is.
    History,
    /// An index that does not find every row of its table.
    Index,
    /// A trigger, check, key or index that differs from what the migrations made. It may admit wrong rows.
    Guard,
}

teller_ledger_core::words!(FindingCode {
    History = "history",
    Index = "index",
    Guard = "guard",
});

/// Something in the book that Teller did not write as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The kind of the finding.
    pub code: FindingCode,
    /// The sequence of the transfer or event where it shows, if there is one.
    pub sequence: Option<Sequence>,
    /// The name of the account that it concerns, if there is one; its number if it has no valid name.
    pub account: Option<String>,
    /// The problem, with what was found and what was expected.
    pub problem: String,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "its findings tell whether the book is whole"]
#[non_exhaustive]
pub struct VerifyReport {
    /// How many transfers were recomputed.
    pub transfers: u64,
    /// How many accounts were compared.
    pub accounts: u64,
    /// The recomputed sums, by currency.
    pub totals: Vec<CurrencyTotals>,
    /// The findings, in the order of the book, so that the first one is nearest to the cause. At most 100.
    pub findings: Vec<Finding>,
    /// How many findings there are, including those that are not listed.
    pub finding_count: u64,
    /// The entries that are later than the book's clock, which are the fault of a clock and not of the book. `None` if only one account was
    /// verified.
    pub clock: Option<ClockStatus>,
}

/// The progress of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyProgress {
    /// The last sequence that was read.
    pub sequence: i64,
    /// The newest sequence in the book.
    pub newest: i64,
}

/// The sums of a currency over all accounts. In a whole book, debits equal credits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CurrencyTotals {
    /// The currency.
    pub currency: CurrencyCode,
    /// All posted debits.
    pub debits: BigDecimal,
    /// All posted credits.
    pub credits: BigDecimal,
}

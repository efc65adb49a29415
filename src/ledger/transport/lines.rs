//! The lines that an import reads, and its reports.

use std::io;
use std::ops::ControlFlow;
use std::str::FromStr;

use crate::error::InputError;
use crate::facts::{AccountName, AccountType, Description, Instant, Key, Metadata, RequestId, TextError, TransferId};
use crate::money::CurrencyCode;
use crate::rejection::Rejection;
use crate::requests::Parties;

/// One line of a file.
#[derive(Clone, Debug)]
pub struct Line<T> {
    /// Its number in the file, the header being line 1.
    pub number: u64,
    /// Its bytes as they are in the file, without the end of the line and without the columns that a rejects file added.
    pub raw: Vec<u8>,
    /// Whether it has a key or an id of its own.
    pub has_key: bool,
    /// Its content, or why it cannot be understood.
    pub content: Result<T, Malformed>,
}

/// Why a line cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The column with the problem; empty if it concerns the whole line.
    pub column: String,
    /// The stable code.
    pub code: &'static str,
    /// The problem.
    pub message: String,
    /// The id under which the line was refused before, if it comes from a rejects file.
    pub id: Option<TransferId>,
}

impl Malformed {
    /// A value that is invalid for its column.
    pub fn new(column: &str, error: impl Into<InputError>) -> Self {
        let error = error.into();
        Self { column: column.to_owned(), code: error.code(), message: error.to_string(), id: None }
    }
}

/// The name of a file. It distinguishes the file's lines without a key from equal lines of other files. It is checked like a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSource(Key);

impl ImportSource {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for ImportSource {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        const WHAT: &str = "source";
        // It is checked like a key, and is none to those who read why it is refused.
        let key = text.parse::<Key>().map_err(|fault| match fault {
            TextError::Empty { .. } => TextError::Empty { what: WHAT },
            TextError::TooLong { text, length, length_max, .. } => {
                TextError::TooLong { what: WHAT, text, length, length_max }
            }
            TextError::Form { text, problem, .. } => TextError::Form { what: WHAT, text, problem },
            other => other,
        });
        key.map(Self)
    }
}

/// How a line is recognized when the file is imported again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKey {
    /// By its id, or by the id of its key.
    Id(RequestId),
    /// By the id under which it was refused before, if it comes from a rejects file.
    Refused(TransferId),
    /// By its meaning, and by how many equal lines came before it.
    Occurrence,
    /// By its meaning in a statement of this account, and by how many equal lines came before it. The other account does not count, because a
    /// file of rules chooses it, and other rules can choose another account the next time.
    OccurrenceOf(AccountName),
}

/// A line of a file of transfers.
#[derive(Clone, Debug)]
pub struct TransferLine {
    /// How the line is recognized.
    pub key: LineKey,
    /// The accounts.
    pub parties: Parties,
    /// The amount, as it is written.
    pub amount: String,
    /// The currency; `None` for that of the account that is named first.
    pub currency: Option<CurrencyCode>,
    /// The effective time; `None` for the time at which it is recorded.
    pub effective_at: Option<Instant>,
    /// A description, for people.
    pub description: Option<Description>,
    /// Metadata, for programs.
    pub metadata: Metadata,
}

/// The minimum balance that a line of a file of accounts asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MinBalance {
    /// The type's usual one.
    Default,
    /// No minimum.
    None,
    /// A minimum, as it is written.
    At(String),
}

/// A line of a file of accounts.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// The name.
    pub name: AccountName,
    /// The account's type.
    pub account_type: AccountType,
    /// The account's currency.
    pub currency: CurrencyCode,
    /// The least that must stay available.
    pub min_balance: MinBalance,
    /// The most that may be posted, as it is written.
    pub max_balance: Option<String>,
    /// A description, for people.
    pub description: Option<Description>,
    /// Metadata, for programs.
    pub metadata: Metadata,
}

/// A line that was not imported, with what is needed to correct it and import it again.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Its number in the file.
    pub number: u64,
    /// Its bytes as they are in the file.
    pub raw: Vec<u8>,
    /// The problem. Its column is empty if a rule refused the whole line.
    pub fault: Malformed,
    /// The rule's answer. `None` if the line could not be understood.
    pub rejection: Option<Rejection>,
    /// The id under which the corrected line is imported, so that it is posted once. `None` if the line has a key or an id of its own.
    pub id: Option<TransferId>,
}

/// What an import makes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOutcome {
    /// It is posted.
    Imported,
    /// It was posted before.
    Replayed,
    /// It is refused by a rule, or cannot be read.
    Refused,
}

teller_ledger_core::words!(LineOutcome {
    Imported = "imported",
    Replayed = "replayed",
    Refused = "refused",
});

/// The progress of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Lines that were read, without the header.
    pub lines: u64,
    /// Accounts that were opened, or transfers that were posted.
    pub done: u64,
    /// Lines that had been imported before.
    pub replayed: u64,
    /// Those of them without a key. They count as replays because they equal lines of an earlier import.
    pub replayed_without_key: u64,
    /// Lines that a rule refused.
    pub refused: u64,
    /// Lines that could not be understood.
    pub malformed: u64,
}

/// Receives the reports of an import while it runs.
pub trait ImportSink {
    /// Receives a line that was not imported. Called after the line's batch is committed.
    ///
    /// # Errors
    /// Any fault of writing the line down. The import then stops.
    fn refuse(&mut self, refused: &Refused) -> io::Result<()>;

    /// Receives the number of a line that was imported, or that had been imported before. Called after the line's batch is committed.
    fn accept(&mut self, number: u64, replayed: bool) {
        let _ = (number, replayed);
    }

    /// Receives the progress, and decides whether to continue. An import that stops here has committed everything that it has counted.
    fn progress(&mut self, counts: &ImportCounts) -> ControlFlow<()>;
}

//! What an import reads, and what it reports.

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
    /// Its bytes as they stand there, without the end of the line and without what a rejects file added.
    pub raw: Vec<u8>,
    /// Whether it names its key or id itself.
    pub has_key: bool,
    /// What it says, or why that cannot be told.
    pub content: Result<T, Malformed>,
}

/// Why a line cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The column where that shows, or empty for the line as a whole.
    pub column: String,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The id under which the line was refused before, where it comes from a rejects file.
    pub id: Option<TransferId>,
}

impl Malformed {
    /// A value of one column that is not what it should be.
    pub fn new(column: &str, error: impl Into<InputError>) -> Self {
        let error = error.into();
        Self { column: column.to_owned(), code: error.code(), message: error.to_string(), id: None }
    }
}

/// The name of a file, which tells its lines without a key from those of other files that say the same. Checked as keys are.
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
        text.parse().map(Self)
    }
}

/// What makes a line the same line when the file is imported again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKey {
    /// The id itself, or the id of its text key.
    Id(RequestId),
    /// The id under which it was refused before, where it comes from a rejects file.
    Refused(TransferId),
    /// What it means, and how often that came before.
    Occurrence,
}

/// A line of a file of transfers.
#[derive(Clone, Debug)]
pub struct TransferLine {
    /// What makes it the same line.
    pub key: LineKey,
    /// Between whom.
    pub parties: Parties,
    /// How much, as it is written.
    pub amount: String,
    /// Of what; `None` is the currency of the account that is named first.
    pub currency: Option<CurrencyCode>,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

/// The minimum balance that a line of a file of accounts asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MinBalance {
    /// The type's usual one.
    Default,
    /// None.
    None,
    /// This one, as it is written.
    At(String),
}

/// A line of a file of accounts.
#[derive(Clone, Debug)]
pub struct AccountLine {
    /// The name.
    pub name: AccountName,
    /// What the account is in the books.
    pub account_type: AccountType,
    /// The currency of everything in it.
    pub currency: CurrencyCode,
    /// What is available may not fall below this.
    pub min_balance: MinBalance,
    /// What is posted may not rise above this, as it is written.
    pub max_balance: Option<String>,
    /// For people.
    pub description: Option<Description>,
    /// For programs.
    pub metadata: Metadata,
}

/// A line that was not taken, with all that is needed to mend it and import it again.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Its number in the file.
    pub number: u64,
    /// Its bytes as they stand there.
    pub raw: Vec<u8>,
    /// What is wrong; its column is empty when a rule refused the line as a whole.
    pub fault: Malformed,
    /// The rule's answer; `None` where the line could not be understood.
    pub rejection: Option<Rejection>,
    /// The id to import it under when it is mended, so that it is posted once. `None` where it names its key or id itself.
    pub id: Option<TransferId>,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Lines read, the header not counted.
    pub lines: u64,
    /// New accounts or transfers.
    pub done: u64,
    /// Lines that had been imported before.
    pub replayed: u64,
    /// Those of them that have no key, and so are taken for replays because they say the same as lines of an earlier import.
    pub replayed_without_key: u64,
    /// Lines that a rule refused.
    pub refused: u64,
    /// Lines that could not be understood.
    pub malformed: u64,
}

/// Where an import reports to while it runs.
pub trait ImportSink {
    /// Takes a line that was not imported. Called after the batch that the line was in is committed.
    ///
    /// # Errors
    /// Any fault of writing it down; the import then stops.
    fn refuse(&mut self, refused: &Refused) -> io::Result<()>;

    /// Takes note of how far it has come, and says whether to go on. An import that stops here has committed all that it has counted.
    fn progress(&mut self, counts: &ImportCounts) -> ControlFlow<()>;
}

//! What a journal has, as it is handed to those who spell it.

use std::io;

use uuid::Uuid;

use crate::error::Error;
use crate::facts::{AccountName, AccountType, Instant, Sequence, TransferKind};
use crate::ledger::reports::bound::Bound;
use crate::ledger::transport::journals::day::Day;
use crate::money::Currency;

/// Takes a journal, record by record, and spells it.
pub trait JournalSink {
    /// How the journal spells an account. Two accounts that are spelled alike are refused.
    fn spelling(&self, name: &AccountName, account_type: AccountType) -> String;

    /// Which accounts a stated balance is of.
    fn balances_of(&self) -> BalancesOf;

    /// Takes the next record.
    ///
    /// # Errors
    /// [`InputError::Journal`](crate::error::InputError::Journal) for what the journal's format cannot say, [`Error::File`] where it cannot
    /// be written.
    fn write(&mut self, record: &JournalPart<'_>) -> Result<(), Error>;

    /// Forgets all it took: the book is read anew, after a fault that passed.
    ///
    /// # Errors
    /// What went out may not be taken back.
    fn restart(&mut self) -> io::Result<()>;
}

/// Which accounts a stated balance is of, in a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BalancesOf {
    /// The account alone. Each side of a transfer states what its account has then.
    Account,
    /// The account, and those below it in the same currency. A balance is stated for the beginning of a day, by a record of its own.
    Subtree,
}

/// A part of a journal, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalPart<'a> {
    /// What it is a journal of.
    Header(JournalHeader),
    /// A currency that accounts have.
    Currency(Currency),
    /// An account.
    Account(JournalAccount<'a>),
    /// What an account had where the span begins; only what is not zero.
    Opening(JournalBalance<'a>),
    /// What an account has where a day begins, with what is below it: only with [`BalancesOf::Subtree`].
    Balance(JournalBalance<'a>),
    /// A transfer.
    Transfer(JournalTransfer<'a>),
    /// What an account has at the end.
    Closing(JournalBalance<'a>),
}

/// What a journal is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalHeader {
    /// The book.
    pub book_id: Uuid,
    /// The newest transfer in the book then.
    pub sequence: Sequence,
    /// No date in the journal is earlier.
    pub first_day: Day,
}

/// An account of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalAccount<'a> {
    /// Its name in the book.
    pub name: &'a AccountName,
    /// Its name in the journal.
    pub spelling: &'a str,
    /// Its currency.
    pub currency: Currency,
    /// The day from which on the journal uses it.
    pub opened: Day,
}

/// What an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalBalance<'a> {
    /// Its name in the journal.
    pub spelling: &'a str,
    /// The day. [`JournalPart::Balance`] is of its beginning, the others are of its end.
    pub day: Day,
    /// Debits less credits, in minor units.
    pub balance: i128,
    /// Its currency.
    pub currency: Currency,
}

/// A transfer of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalTransfer<'a> {
    /// Its sequence.
    pub sequence: Sequence,
    /// What it does.
    pub kind: TransferKind,
    /// The day on which it counts.
    pub day: Day,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The journal entry that it is a leg of.
    pub journal_id: Option<Uuid>,
    /// Who asked for it.
    pub actor: &'a str,
    /// Its key.
    pub key: Option<&'a str>,
    /// What it says to people.
    pub description: Option<&'a str>,
    /// How much, in minor units.
    pub amount: i64,
    /// The currency of both sides.
    pub currency: Currency,
    /// The debited account, and what it has then.
    pub debit: JournalSide<'a>,
    /// The credited account, and what it has then.
    pub credit: JournalSide<'a>,
}

/// A side of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalSide<'a> {
    /// The account's name in the journal.
    pub spelling: &'a str,
    /// What it alone has, the transfer included: debits less credits, in minor units.
    pub balance: i128,
}

/// Which part of the book a journal is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalSpan {
    /// Where it begins. What counts before it is summed up in opening balances.
    pub from: Bound,
    /// Where it ends.
    pub to: Bound,
}

impl JournalSpan {
    /// All that is recorded, in the future too.
    pub const WHOLE: Self = Self { from: Bound::BEGIN, to: Bound::END };
}

/// How much a journal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JournalCounts {
    /// Its accounts.
    pub accounts: u64,
    /// Its transfers.
    pub transfers: u64,
}

//! Journals for other accounting programs: hledger, ledger and beancount, which audit a book independently of Teller.
//!
//! Each amount is printed with exactly the decimals of its currency: the programs tolerate what is less than the last digit printed. Each
//! posting states what its account has then, and the journal ends with what each account has. So an auditor notices a changed unit,
//! and a transfer that is missing, there twice or in another place. What does not belong here: reading the book.

mod beancount;
mod decimal;
mod format;
mod hledger;
mod spelling;

use std::io::{self, Write};

use crate::error::Error;
use crate::facts::{AccountName, AccountType};
use crate::interchange::plain_text::beancount::Beancount;
use crate::interchange::plain_text::hledger::Hledger;
use crate::ledger::{BalancesOf, JournalPart, JournalSink};

pub use crate::interchange::plain_text::decimal::decimal;
pub use crate::interchange::plain_text::format::JournalFormat;

/// Writes a journal.
pub struct JournalWriter<W> {
    format: JournalFormat,
    writer: W,
    /// Begins the file anew, where that can be done.
    restart: fn(&mut W) -> io::Result<()>,
    text: String,
    hledger: Hledger,
    beancount: Beancount,
}

impl<W: Write> JournalWriter<W> {
    /// Writes to something; `restart` takes back what was written.
    pub fn new(format: JournalFormat, writer: W, restart: fn(&mut W) -> io::Result<()>) -> Self {
        let (hledger, beancount) = (Hledger::new(format), Beancount::default());
        Self { format, writer, restart, text: String::new(), hledger, beancount }
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.writer
    }
}

impl<W: Write> JournalSink for JournalWriter<W> {
    fn spelling(&self, name: &AccountName, account_type: AccountType) -> String {
        spelling::account(name, account_type)
    }

    fn balances_of(&self) -> BalancesOf {
        self.format.balances_of()
    }

    fn write(&mut self, record: &JournalPart<'_>) -> Result<(), Error> {
        self.format.check(record)?;
        self.text.clear();
        match self.format {
            JournalFormat::Beancount => self.beancount.append(&mut self.text, record)?,
            _ => self.hledger.append(&mut self.text, record),
        }
        let written = self.writer.write_all(self.text.as_bytes());
        written.map_err(|source| Error::File { doing: "write the journal".into(), source })
    }

    fn restart(&mut self) -> io::Result<()> {
        (self.hledger, self.beancount) = (Hledger::new(self.format), Beancount::default());
        (self.restart)(&mut self.writer)
    }
}

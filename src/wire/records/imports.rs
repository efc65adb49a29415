//! Records of single lines of an imported file, accepted or refused.

use crate::facts::{AccountName, Instant, Key, TransferId};
use crate::ledger::{Line, LineKey, LineOutcome, Refused, TransferLine};
use crate::money::CurrencyCode;
use crate::requests::Parties;
use crate::wire::records::{Columns, Record, text};

record! {
    /// What a line of a file of transfers becomes.
    pub struct ImportLineRecord {
        /// Its number in the file.
        line: u64,
        /// What the import makes of it.
        outcome: LineOutcome,
        /// The account that falls; null where the line says which are debited and credited.
        from: Option<AccountName>,
        /// The account that rises.
        to: Option<AccountName>,
        /// The account that is debited; null where the line says which fall and rise.
        debit: Option<AccountName>,
        /// The account that is credited.
        credit: Option<AccountName>,
        /// The amount in digits and a point; null where the line cannot be read.
        amount: Option<String>,
        /// The currency; null where it is the first account's.
        currency: Option<CurrencyCode>,
        /// When it counts for the books; null where it counts when it is recorded.
        effective_at: Option<Instant>,
        /// The description.
        description: Option<String>,
        /// The key; null where the line is known by what it says.
        key: Option<Key>,
        /// What is wrong with it; null where it is not refused.
        problem: Option<String>,
    }
    table { line, outcome, debit, credit, amount }
    room { effective_at, description }
    /// For lines that say which accounts fall and rise.
    view transfers { line, outcome, from, to, amount }
    room { effective_at, description }
}

impl ImportLineRecord {
    /// What a line says. Its outcome is not known yet.
    #[must_use]
    pub fn new(line: &Line<TransferLine>) -> Self {
        let mut record = Self::unread(line.number);
        let Ok(content) = &line.content else { return record };
        let [first, second] = content.parties.names().map(|name| Some(name.clone()));
        if matches!(content.parties, Parties::Post { .. }) {
            (record.debit, record.credit) = (first, second);
        } else {
            (record.from, record.to) = (first, second);
        }
        if let LineKey::Id(id) = &content.key {
            record.key = id.key().cloned();
        }
        record.amount = Some(content.amount.clone());
        record.currency = content.currency;
        record.effective_at = content.effective_at;
        record.description = text(content.description.as_ref());
        record
    }

    const fn unread(line: u64) -> Self {
        Self {
            line,
            outcome: LineOutcome::Refused,
            from: None,
            to: None,
            debit: None,
            credit: None,
            amount: None,
            currency: None,
            effective_at: None,
            description: None,
            key: None,
            problem: None,
        }
    }

    /// Its number in the file.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// It is posted, or was posted before.
    pub fn accept(&mut self, replayed: bool) {
        self.outcome = if replayed { LineOutcome::Replayed } else { LineOutcome::Imported };
    }

    /// It is refused.
    pub fn refuse(&mut self, problem: String) {
        self.outcome = LineOutcome::Refused;
        self.problem = Some(problem);
    }

    /// What a table shows of these.
    #[must_use]
    pub fn columns_for(lines: &[Self]) -> Columns<Self> {
        if lines.iter().any(|line| line.from.is_some()) { Self::transfers() } else { Self::table() }
    }
}

record! {
    /// A line of a file that was not imported.
    pub struct RefusedLineRecord {
        /// Its number in the file.
        line: u64,
        /// The column that is wrong; null if no single column is.
        column: Option<String>,
        /// The stable code of what is wrong.
        code: String,
        /// What is wrong, for people.
        message: String,
        /// The id under which the line is posted when it is mended, where it has no key of its own; null for others.
        id: Option<TransferId>,
    }
}

impl From<&Refused> for RefusedLineRecord {
    fn from(refused: &Refused) -> Self {
        let fault = &refused.fault;
        Self {
            line: refused.number,
            column: Some(fault.column.clone()).filter(|column| !column.is_empty()),
            code: fault.code.to_owned(),
            message: fault.message.clone(),
            id: refused.id,
        }
    }
}

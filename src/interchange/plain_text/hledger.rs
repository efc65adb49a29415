//! The journals of hledger and ledger, which read almost the same text.
//!
//! hledger checks its assertions in the order of dates, ledger in the order of the file, whatever the dates are. So each transfer of
//! ledger's journal names its day in a tag, and ledger asserts that this is its date.

use std::fmt::{Display, Write};

use crate::facts::TransferKind;
use crate::interchange::plain_text::decimal::append_decimal;
use crate::interchange::plain_text::format::JournalFormat;
use crate::interchange::plain_text::spelling::{append_plain, quoted_currency};
use crate::ledger::{JournalAccount, JournalBalance, JournalHeader, JournalPart, JournalSide, JournalTransfer};
use crate::money::Currency;

/// What ledger wants to be told of before it is used.
const TAGS: [&str; 7] = ["seq", "recorded", "kind", "actor", "key", "journal", "name"];

/// Makes ledger compare a transaction's date with its tag. hledger does not read it.
const DAY_TAG: &str = "tag day\n    assert date == to_date(value)\n";

/// Where the journal is.
#[derive(Debug)]
pub(super) struct Hledger {
    format: JournalFormat,
    begun: Option<Balances>,
}

/// The transactions that list balances. Each begins with the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Balances {
    Opening,
    Closing,
}

impl Hledger {
    pub(super) const fn new(format: JournalFormat) -> Self {
        Self { format, begun: None }
    }

    pub(super) fn append(&mut self, text: &mut String, record: &JournalPart<'_>) {
        match record {
            JournalPart::Header(header) => self.append_header(text, header),
            JournalPart::Currency(currency) => append_currency(text, *currency),
            JournalPart::Account(account) => append_account(text, account),
            JournalPart::Opening(opening) => {
                self.begin(text, Balances::Opening, opening);
                append_posting(text, opening.balance, opening);
            }
            JournalPart::Closing(closing) => {
                self.begin(text, Balances::Closing, closing);
                append_posting(text, 0, closing);
            }
            JournalPart::Transfer(transfer) => self.append_transfer(text, transfer),
            // Each posting states what its account has.
            JournalPart::Balance(_) => {}
        }
    }

    fn append_header(&self, text: &mut String, header: &JournalHeader) {
        let JournalHeader { book_id, sequence, .. } = header;
        let _ = writeln!(text, "; Teller, book {book_id}, up to sequence {sequence}");
        text.push_str("; Holds and releases move no value and are left out.\ndecimal-mark .\n\n");
        for tag in TAGS {
            let _ = writeln!(text, "tag {tag}");
        }
        if self.format.has_day_tags() {
            text.push_str(DAY_TAG);
        }
        text.push('\n');
    }

    fn append_transfer(&self, text: &mut String, transfer: &JournalTransfer<'_>) {
        let _ = write!(text, "\n{} * ({}) ", transfer.day, transfer.sequence);
        append_plain(text, transfer.description.unwrap_or(transfer.kind.as_str()));
        text.push('\n');
        let _ = writeln!(text, "    ; seq: {}\n    ; recorded: {}", transfer.sequence, transfer.recorded_at);
        if self.format.has_day_tags() {
            let _ = writeln!(text, "    ; day: {}", transfer.day);
        }
        if transfer.kind != TransferKind::Transfer {
            append_tag(text, "kind", transfer.kind.as_str());
        }
        append_tag(text, "actor", transfer.actor);
        if let Some(key) = transfer.key {
            append_tag(text, "key", key);
        }
        if let Some(journal) = transfer.journal_id {
            let _ = writeln!(text, "    ; journal: {journal}");
        }
        let amount = i128::from(transfer.amount);
        for (JournalSide { spelling, balance }, amount) in [(transfer.debit, amount), (transfer.credit, -amount)] {
            let stated = JournalBalance { spelling, day: transfer.day, balance, currency: transfer.currency };
            append_posting(text, amount, &stated);
        }
    }

    fn begin(&mut self, text: &mut String, balances: Balances, first: &JournalBalance<'_>) {
        if self.begun.replace(balances) == Some(balances) {
            return;
        }
        let (code, words) = match balances {
            Balances::Opening => ("begin", "opening balances"),
            Balances::Closing => ("end", "closing balances"),
        };
        let _ = writeln!(text, "\n{} * ({code}) {words}", first.day);
    }
}

fn append_currency(text: &mut String, currency: Currency) {
    let name = quoted_currency(currency.code());
    // A format needs its decimal mark, also where there are no decimals.
    let decimals = usize::from(currency.exponent()).max(1);
    let _ = writeln!(text, "commodity {name}\n    format 1.{:0<decimals$} {name}", "");
}

fn append_account(text: &mut String, account: &JournalAccount<'_>) {
    let _ = writeln!(text, "account {}", account.spelling);
    append_tag(text, "name", account.name.as_str());
}

fn append_tag(text: &mut String, tag: &str, value: &str) {
    let _ = write!(text, "    ; {tag}: ");
    append_plain(text, value);
    text.push('\n');
}

/// An amount, and what the account alone has with it.
fn append_posting(text: &mut String, amount: i128, stated: &JournalBalance<'_>) {
    let currency = quoted_currency(stated.currency.code());
    let exponent = stated.currency.exponent();
    let _ = write!(text, "    {}  ", stated.spelling);
    append_decimal(text, amount, exponent);
    append_word(text, &currency);
    text.push_str(" = ");
    append_decimal(text, stated.balance, exponent);
    append_word(text, &currency);
    text.push('\n');
}

fn append_word(text: &mut String, word: &dyn Display) {
    let _ = write!(text, " {word}");
}

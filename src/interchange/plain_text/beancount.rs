//! The journal of beancount.

use std::fmt::Write;

use crate::error::InputError;
use crate::facts::TransferKind;
use crate::interchange::plain_text::decimal::append_decimal;
use crate::interchange::plain_text::format::day_behind;
use crate::interchange::plain_text::spelling::append_quoted;
use crate::ledger::{Day, JournalAccount, JournalBalance, JournalHeader, JournalPart, JournalTransfer};
use crate::money::Currency;

/// Beancount computes with so many digits and rounds what has more.
const DIGITS_MAX: u32 = 28;

/// Where the journal is.
#[derive(Debug, Default)]
pub(super) struct Beancount {
    first_day: Option<Day>,
    has_opening: bool,
}

impl Beancount {
    pub(super) fn append(&mut self, text: &mut String, record: &JournalPart<'_>) -> Result<(), InputError> {
        match record {
            JournalPart::Header(header) => {
                self.first_day = Some(header.first_day);
                append_header(text, header);
            }
            JournalPart::Currency(currency) => self.append_currency(text, *currency),
            JournalPart::Account(account) => append_account(text, account),
            JournalPart::Opening(opening) => {
                check_digits(opening)?;
                if !std::mem::replace(&mut self.has_opening, true) {
                    let _ = writeln!(text, "\n{} * \"opening balances\"", opening.day);
                }
                append_posting(text, opening.spelling, opening.balance, opening.currency);
            }
            JournalPart::Balance(balance) => append_balance(text, balance, balance.day)?,
            JournalPart::Transfer(transfer) => append_transfer(text, transfer),
            JournalPart::Closing(closing) => append_balance(text, closing, day_behind(closing.day)?)?,
        }
        Ok(())
    }

    fn append_currency(&self, text: &mut String, currency: Currency) {
        let code = currency.code();
        let _ = writeln!(text, "option \"operating_currency\" \"{code}\"");
        if let Some(day) = self.first_day {
            let _ = writeln!(text, "{day} commodity {code}");
        }
    }
}

fn append_header(text: &mut String, header: &JournalHeader) {
    let JournalHeader { book_id, sequence, .. } = header;
    let _ = writeln!(text, "; Teller, book {book_id}, up to sequence {sequence}");
    text.push_str("; Holds and releases move no value and are left out.\n");
    let _ = writeln!(text, "option \"title\" \"Teller, book {book_id}\"");
}

fn append_account(text: &mut String, account: &JournalAccount<'_>) {
    let _ = writeln!(text, "{} open {} {}", account.opened, account.spelling, account.currency.code());
    append_tag(text, "name", account.name.as_str());
}

fn append_transfer(text: &mut String, transfer: &JournalTransfer<'_>) {
    let _ = write!(text, "\n{} * ", transfer.day);
    append_quoted(text, transfer.description.unwrap_or(transfer.kind.as_str()));
    if let Some(journal) = transfer.journal_id {
        let _ = write!(text, " ^journal-{journal}");
    }
    let _ = writeln!(text, "\n  seq: {}\n  recorded: \"{}\"", transfer.sequence, transfer.recorded_at);
    if transfer.kind != TransferKind::Transfer {
        append_tag(text, "kind", transfer.kind.as_str());
    }
    append_tag(text, "actor", transfer.actor);
    if let Some(key) = transfer.key {
        append_tag(text, "key", key);
    }
    let amount = i128::from(transfer.amount);
    append_posting(text, transfer.debit.spelling, amount, transfer.currency);
    append_posting(text, transfer.credit.spelling, -amount, transfer.currency);
}

fn append_tag(text: &mut String, tag: &str, value: &str) {
    let _ = write!(text, "  {tag}: ");
    append_quoted(text, value);
    text.push('\n');
}

fn append_posting(text: &mut String, spelling: &str, amount: i128, currency: Currency) {
    let _ = write!(text, "  {spelling}  ");
    append_decimal(text, amount, currency.exponent());
    let _ = writeln!(text, " {}", currency.code());
}

/// Without `~ 0` beancount takes 10.00 for 10.01.
fn append_balance(text: &mut String, balance: &JournalBalance<'_>, day: Day) -> Result<(), InputError> {
    check_digits(balance)?;
    let _ = write!(text, "{day} balance {}  ", balance.spelling);
    append_decimal(text, balance.balance, balance.currency.exponent());
    let _ = writeln!(text, " ~ 0 {}", balance.currency.code());
    Ok(())
}

fn check_digits(balance: &JournalBalance<'_>) -> Result<(), InputError> {
    if balance.balance.unsigned_abs() < 10_u128.pow(DIGITS_MAX) {
        return Ok(());
    }
    let mut amount = String::new();
    append_decimal(&mut amount, balance.balance, balance.currency.exponent());
    Err(InputError::journal(format!(
        "{} has {amount} {} on {}, and beancount rounds to {DIGITS_MAX} digits; use hledger or ledger",
        balance.spelling,
        balance.currency.code(),
        balance.day
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Instant;

    #[test]
    fn more_digits_than_beancount_computes_with_are_refused() {
        let currency = Currency::new("WEI".parse().unwrap(), 18).unwrap();
        let text_of = |balance: i128| {
            let balance = JournalBalance { spelling: "Assets:A", day: Day::of(Instant::EPOCH), balance, currency };
            let mut text = String::new();
            Beancount::default().append(&mut text, &JournalPart::Closing(balance)).map(|()| text)
        };
        let most = 10_i128.pow(DIGITS_MAX) - 1;
        assert_eq!(text_of(-most).unwrap(), "1970-01-02 balance Assets:A  -9999999999.999999999999999999 ~ 0 WEI\n");
        for balance in [most + 1, -most - 1] {
            let error = text_of(balance).unwrap_err().to_string();
            assert!(
                error.contains("10000000000.000000000000000000 WEI on 1970-01-01") && error.contains("28 digits"),
                "{error}"
            );
        }
    }
}

//! The balances that a program comes to, compared with the book's to the unit.

use std::collections::BTreeMap;
use std::io;

use crate::error::Error;
use crate::facts::{AccountName, AccountType};
use crate::interchange::decimal;
use crate::ledger::{BalancesOf, JournalPart, JournalSink};
use crate::money::Currency;

/// What the book says that each account has, in minor units, debits less credits.
pub(super) type Closings = BTreeMap<String, (i128, Currency)>;
/// What a program says that each account has.
pub(super) type Balances = BTreeMap<String, String>;

/// Hands a journal on, and keeps the balances at its end.
pub(super) struct Recorded<S> {
    sink: S,
    closings: Closings,
}

impl<S> Recorded<S> {
    pub(super) const fn new(sink: S) -> Self {
        Self { sink, closings: Closings::new() }
    }

    pub(super) fn into_parts(self) -> (S, Closings) {
        (self.sink, self.closings)
    }
}

impl<S: JournalSink> JournalSink for Recorded<S> {
    fn spelling(&self, name: &AccountName, account_type: AccountType) -> String {
        self.sink.spelling(name, account_type)
    }

    fn balances_of(&self) -> BalancesOf {
        self.sink.balances_of()
    }

    fn write(&mut self, record: &JournalPart<'_>) -> Result<(), Error> {
        if let JournalPart::Closing(closing) = record {
            self.closings.insert(closing.spelling.to_owned(), (closing.balance, closing.currency));
        }
        self.sink.write(record)
    }

    fn restart(&mut self) -> io::Result<()> {
        self.closings.clear();
        self.sink.restart()
    }
}

/// What hledger's CSV says: a header, then an account and its balance a line.
pub(super) fn of_hledger(text: &str) -> Balances {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let rows = reader.records().filter_map(Result::ok);
    rows.map(|row| (row.get(0).unwrap_or_default().to_owned(), row.get(1).unwrap_or_default().to_owned())).collect()
}

/// What ledger says in the format that it was asked for.
pub(super) fn of_ledger(text: &str) -> Balances {
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    lines.map(|(account, balance)| (account.trim().to_owned(), balance.trim().to_owned())).collect()
}

/// A line for each account about which the two disagree.
pub(super) fn differences(closings: &Closings, found: &Balances) -> Vec<String> {
    let mut differences = Vec::new();
    for (account, (balance, currency)) in closings {
        let said = found.get(account).map_or("nothing", String::as_str);
        if minor_units(said, *currency) != Some(*balance) {
            let expected = decimal(*balance, currency.exponent());
            differences.push(format!("{account} has {expected} {} in the book, and it says {said}", currency.code()));
        }
    }
    let unknown = found.iter().filter(|(account, _)| !closings.contains_key(*account));
    differences.extend(unknown.map(|(account, said)| format!("{account} is not in the book, and it says {said}")));
    differences
}

/// `-734.70 USD` or `-1.0 "JPY"` in minor units. Zero stands alone. `None` for anything else, another currency among it.
fn minor_units(text: &str, currency: Currency) -> Option<i128> {
    if text == "0" {
        return Some(0);
    }
    let (number, code) = text.split_once(' ')?;
    if code.trim_matches('"') != currency.code().as_str() {
        return None;
    }
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let exponent = usize::from(currency.exponent());
    let (told, rest) = decimals.split_at_checked(exponent).unwrap_or((decimals, ""));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{whole}{told:0<exponent$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str, exponent: u8) -> Currency {
        Currency::new(code.parse().unwrap(), exponent).unwrap()
    }

    #[test]
    fn what_programs_print_is_read_to_the_unit() {
        let (usd, jpy, wei) = (currency("USD", 2), currency("JPY", 0), currency("WEI18", 18));
        for (text, currency, minor) in [
            ("0", usd, Some(0)),
            ("-734.70 USD", usd, Some(-73_470)),
            ("-0.05 USD", usd, Some(-5)),
            ("734.7 USD", usd, Some(73_470)),
            ("10.0 JPY", jpy, Some(10)),
            ("10.1 JPY", jpy, None),
            ("1.001 USD", usd, None),
            ("18.446744073709551614 \"WEI18\"", wei, Some(18_446_744_073_709_551_614)),
            ("1.00 EUR", usd, None),
            ("1.00 USD, 2 JPY", usd, None),
            ("nothing", usd, None),
        ] {
            assert_eq!(minor_units(text, currency), minor, "{text}");
        }
    }

    #[test]
    fn accounts_that_differ_are_told_with_both_balances() {
        let usd = currency("USD", 2);
        let closings = Closings::from([
            ("Assets:A".into(), (100, usd)),
            ("Assets:B".into(), (0, usd)),
            ("Assets:C".into(), (5, usd)),
        ]);
        let found = of_hledger(
            "\"account\",\"balance\"\n\"Assets:A\",\"1.01 USD\"\n\"Assets:B\",\"0\"\n\"Assets:D\",\"1.00 USD\"\n",
        );
        assert_eq!(
            differences(&closings, &found),
            [
                "Assets:A has 1.00 USD in the book, and it says 1.01 USD",
                "Assets:C has 0.05 USD in the book, and it says nothing",
                "Assets:D is not in the book, and it says 1.00 USD",
            ]
        );
        let found = of_ledger("Assets:A\t1.00 USD\nAssets:B\t0\nAssets:C\t0.05 USD\n");
        assert!(differences(&closings, &found).is_empty());
    }
}

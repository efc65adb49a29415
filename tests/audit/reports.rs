//! What Teller reports is what hledger reports of the exported journal, by account and month.

use std::collections::BTreeMap;

use teller::facts::AccountType::{self, Asset, Equity, Expense, Liability, Revenue};
use teller::interchange::{JournalFormat, decimal};
use teller::ledger::{BalanceRow, BalanceTable, Bound, TableRequest};

use crate::audit::auditor::{Auditor, run, write};
use crate::audit::{books, journal};
use crate::support::TestBook;

/// What stands beside each account: its amounts by column.
pub type Columns = BTreeMap<String, Vec<String>>;

/// January to March 2026.
const SPAN: [&str; 2] = ["2026-01-01", "2026-04-01"];

/// The bounds of January to March 2026.
fn months() -> Vec<Bound> {
    let before = |month: &str| Bound::before(format!("2026-{month}-01T00:00:00Z").parse().unwrap());
    ["01", "02", "03", "04"].map(before).to_vec()
}

/// What hledger says to a command, as CSV, for the months from one day to another.
pub fn hledger(path: &str, command: &[&str], [begin, end]: [&str; 2]) -> Columns {
    let span = ["--flat", "--empty", "--monthly", "-b", begin, "-e", end, "-O", "csv"];
    let output = run("hledger", &[&["-f", path], command, &span].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&*output.stdout);
    let rows = reader.records().map(Result::unwrap);
    let of_account = |row: csv::StringRecord| {
        let account = row[0].to_owned();
        account.contains(':').then(|| (account, row.iter().skip(1).map(str::to_owned).collect()))
    };
    rows.filter_map(of_account).collect()
}

/// A sum as hledger prints it.
fn printed(row: &BalanceRow, minor: i128) -> String {
    if minor == 0 {
        return "0".to_owned();
    }
    let code = row.currency.code().to_string();
    let code = if code.contains(|c: char| c.is_ascii_digit()) { format!("\"{code}\"") } else { code };
    // hledger shows a decimal of what has none: the format that it was given needs a decimal mark.
    let number = decimal(minor, row.currency.exponent());
    let number = if row.currency.exponent() == 0 { format!("{number}.0") } else { number };
    format!("{number} {code}")
}

fn spelling(row: &BalanceRow) -> String {
    let begin = match row.account_type {
        AccountType::Asset => "Assets",
        AccountType::Liability => "Liabilities",
        AccountType::Equity => "Equity",
        AccountType::Revenue => "Income",
        AccountType::Expense => "Expenses",
    };
    row.path.split(':').fold(begin.to_owned(), |spelling, part| {
        let mut characters = part.chars();
        let first = characters.next().unwrap().to_ascii_uppercase();
        format!("{spelling}:{first}{}", characters.as_str())
    })
}

/// The same from Teller: for each account of some types, one number a month.
pub fn reported(table: &BalanceTable, types: &[AccountType], number: impl Fn(&BalanceRow, usize) -> i128) -> Columns {
    let rows = table.rows.iter().filter(|row| types.contains(&row.account_type));
    let months = table.bounds.len() - 1;
    rows.map(|row| (spelling(row), (0..months).map(|month| printed(row, number(row, month))).collect())).collect()
}

#[test]
fn hledger_reports_what_teller_reports() {
    if !Auditor::installed().contains(&Auditor::Hledger) {
        return;
    }
    let book = TestBook::on_sqlite();
    let ledger = books::fill_with_everything(&book, books::transfers_or(300));
    let file = write(&journal(&ledger, JournalFormat::Hledger));
    let path = file.path().to_str().unwrap();
    let table =
        ledger.balance_table(&TableRequest { bounds: months(), ..TableRequest::default() }, &mut |_| {}).unwrap();
    let all = [Asset, Liability, Equity, Revenue, Expense];
    let change = |row: &BalanceRow, month: usize| row.turnovers[month].change();

    let changes = hledger(path, &["bal", "--no-total"], SPAN);
    assert!(changes.len() >= 35, "{changes:#?}");
    assert_eq!(changes, reported(&table, &all, change), "what moved in each month");
    let ends = hledger(path, &["bal", "--no-total", "--historical"], SPAN);
    assert_eq!(ends, reported(&table, &all, |row, month| row.balance(month + 1)), "the balances at the ends of months");
    let sheet = hledger(path, &["bs", "--no-total"], SPAN);
    let normal = |row: &BalanceRow, month: usize| row.on_normal_side(row.balance(month + 1));
    assert_eq!(sheet, reported(&table, &[Asset, Liability], normal), "the balance sheet");
    let income = hledger(path, &["is", "--no-total"], SPAN);
    let normal = |row: &BalanceRow, month: usize| row.on_normal_side(change(row, month));
    assert_eq!(income, reported(&table, &[Revenue, Expense], normal), "the income statement");
}

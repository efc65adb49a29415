//! A real bank: the Berka data set, imported as examples/berka does it. Its trial balance and its monthly income statement are those that
//! hledger makes of the exported journal, and those that docs/reports.md shows.
//!
//! The data is not part of this project. `TEST_BERKA` names its folder; without it the test says that it is left out, and does nothing.

use std::env;
use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use teller::facts::AccountType::{Asset, Equity, Expense, Liability, Revenue};
use teller::interchange::{JournalFormat, read_accounts, read_transfers};
use teller::ledger::{BalanceRow, Bound, ImportCounts, ImportSink, PeriodUnit, Refused, ReportPeriod, TableRequest};
use teller::{Ledger, Mode};

use crate::audit::auditor::{Auditor, run, write};
use crate::audit::journal;
use crate::audit::reports::{hledger, reported};
use crate::support::on_every_backend;

const FOLDER: &str = "TEST_BERKA";
const YEAR: [&str; 2] = ["1993-01-01", "1994-01-01"];

/// Where the data is, if it is there.
fn folder() -> Option<PathBuf> {
    let folder = env::var_os(FOLDER).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("LEFT OUT: the Berka book. Name the folder of account.asc and trans.asc by {FOLDER}");
    }
    folder
}

/// Lets no line be refused.
struct Strict;

impl ImportSink for Strict {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        Err(io::Error::other(format!("line {}: {}", refused.number, refused.fault.message)))
    }

    fn progress(&mut self, _: &ImportCounts) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

fn import(ledger: &Ledger, data: &Path) -> u64 {
    let made = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/berka/convert.py");
    let arguments = [&script, data, made.path()].map(|path| path.to_str().unwrap());
    let converted = run("python3", &arguments);
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
    let open = |name: &str| File::open(made.path().join(name)).unwrap();
    ledger.import_accounts(read_accounts(open("accounts.csv")).unwrap(), Mode::Commit, &mut Strict).unwrap();
    let transfers = read_transfers(open("transfers.csv")).unwrap();
    let counts = ledger.import_transfers(transfers, Mode::Commit, &mut Strict).unwrap();
    assert_balances(ledger, &fs::read_to_string(made.path().join("balances.csv")).unwrap());
    counts.done
}

/// Each customer has what the transactions come to, as the script has added them up.
fn assert_balances(ledger: &Ledger, balances: &str) {
    let table = ledger.balance_table(&TableRequest::default(), &mut |_| {}).unwrap();
    let mut found = 0;
    for line in balances.lines().skip(1) {
        let (name, balance) = line.rsplit_once(',').unwrap();
        let row = table.rows.iter().find(|row| row.path == name).unwrap_or_else(|| panic!("{name}"));
        let posted = teller::interchange::decimal(row.on_normal_side(row.balance(0)), row.currency.exponent());
        assert_eq!(posted, balance, "{name}");
        found += 1;
    }
    assert!(found > 1_000, "{found}");
}

fn before(day: &str) -> Bound {
    Bound::before(format!("{day}T00:00:00Z").parse().unwrap())
}

/// The block of docs/reports.md below a line that begins so.
fn shown(line: &str) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reports.md")).unwrap();
    let (_, rest) = page.split_once(line).unwrap_or_else(|| panic!("docs/reports.md shows {line}"));
    let (_, rest) = rest.split_once("```text\n").unwrap();
    rest.split("```").next().unwrap().to_owned()
}

on_every_backend! {
    fn a_real_bank_is_reported_as_hledger_and_the_page_do(book: &TestBook) {
        let Some(data) = folder() else { return };
        let ledger = book.ledger();
        let transfers = import(&ledger, &data);
        assert!(transfers > 10_000, "{transfers}");

        let year = ReportPeriod::new(before(YEAR[0]), before(YEAR[1])).unwrap();
        let months = year.split(PeriodUnit::Month, teller::ledger::FiscalYear::default()).unwrap();
        let bounds = months.iter().flat_map(|month| [month.begin, month.end]).collect();
        let table = ledger.balance_table(&TableRequest { bounds, ..TableRequest::default() }, &mut |_| {}).unwrap();
        if Auditor::installed().contains(&Auditor::Hledger) {
            let file = write(&journal(&ledger, JournalFormat::Hledger));
            let path = file.path().to_str().unwrap();
            let all = [Asset, Liability, Equity, Revenue, Expense];
            let ends = hledger(path, &["bal", "--no-total", "--historical"], YEAR);
            // Accounts that were opened later are not in hledger's table of the year.
            let mut expected = reported(&table, &all, |row, month| row.balance(month + 1));
            expected.retain(|account, _| ends.contains_key(account));
            assert!(ends.len() > 500, "{}", ends.len());
            assert_eq!(ends, expected, "the balances at the ends of months");
            let income = hledger(path, &["is", "--no-total"], YEAR);
            let change = |row: &BalanceRow, month: usize| row.on_normal_side(row.turnovers[month].change());
            assert_eq!(income, reported(&table, &[Revenue, Expense], change), "the monthly income statement");
        }
        for command in [
            "teller report trial-balance --at 1993-12-31 --depth 1 --wide",
            "teller report income-statement --from 1993-01 --to 1993-04 --every month",
        ] {
            let told = book.run(command.strip_prefix("teller ").unwrap()).ends(0).stdout;
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            let rows: Vec<_> = shown(command).lines().map(words).collect();
            assert!(rows.len() > 4);
            let told: Vec<_> = told.lines().map(words).collect();
            for row in rows {
                assert!(told.contains(&row), "{row:?} is not in {told:#?}");
            }
        }
    }
}

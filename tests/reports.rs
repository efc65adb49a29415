//! Trial balances, balance sheets and income statements: views of one table, which agrees with balances and statements.

mod narrow;
mod program;
mod properties;
mod valued;
mod ways;

use teller::facts::Instant;
use teller::ledger::{
    BalanceTable, Bound, FiscalYear, LineKind, PeriodUnit, ReportPeriod, ReportRequest, SheetLine, ShowEmpty,
    TableRequest, TrialBalanceLine, balance_sheet, begins_of_years, income_statement, trial_balance,
};
use teller::{Error, Ledger};

use crate::support::{check, on_every_backend};

/// `2026-05-04` as the place before that day.
pub fn before(day: &str) -> Bound {
    Bound::before(format!("{day}T00:00:00Z").parse().unwrap())
}

fn time(text: &str) -> Instant {
    text.parse().unwrap()
}

fn period(begin: &str, end: &str) -> ReportPeriod {
    ReportPeriod::new(before(begin), before(end)).unwrap()
}

pub fn table(ledger: &Ledger, request: &TableRequest) -> BalanceTable {
    ledger.balance_table(request, &mut |_| {}).unwrap()
}

fn bounds(periods: &[ReportPeriod]) -> Vec<Bound> {
    periods.iter().flat_map(|period| [period.begin, period.end]).collect()
}

/// The lines as `NAME OPENING DEBITS CREDITS CLOSING`, in minor units.
fn told(lines: &[TrialBalanceLine], column: usize) -> Vec<String> {
    let tell = |line: &TrialBalanceLine| {
        let (name, cell) = (line.path.as_deref().unwrap_or("total"), line.cells[column]);
        format!("{name} {} {} {} {}", cell.opening, cell.debits, cell.credits, cell.closing)
    };
    lines.iter().map(tell).collect()
}

fn told_sheet(lines: &[SheetLine]) -> Vec<String> {
    let tell = |line: &SheetLine| {
        let name = match (&line.path, line.kind) {
            (Some(path), _) => path.clone(),
            (None, LineKind::Total(account_type)) => format!("total {account_type}"),
            (None, kind) => format!("{kind:?}"),
        };
        let numbers = |amounts: &[i128]| {
            amounts.iter().flat_map(|amount| [" ".to_owned(), amount.to_string()]).collect::<String>()
        };
        let to_date = if line.to_date.is_empty() { String::new() } else { format!(" |{}", numbers(&line.to_date)) };
        format!("{name}{}{to_date}", numbers(&line.amounts))
    };
    lines.iter().map(tell).collect()
}

/// Two years of a shop: sold and paid in both, the first closed by a journal.
const SHOP: &str = "
    account cash         asset   EUR
    account equity:owner equity  EUR
    account equity:kept  equity  EUR
    account sales        revenue EUR
    account rent         expense EUR
    account unused       asset   EUR
    at 2024-12-31T23:00:00Z
    post cash equity:owner 100.00                                     -> posted
    at 2025-03-01T00:00:00Z
    post cash sales 70.00                                             -> posted
    post rent cash 20.00                                              -> posted
    at 2026-02-01T00:00:00Z
    post cash sales 30.00                                             -> posted
    post rent cash 5.00                                               -> posted
";

const CLOSING: &str = "
    at 2026-03-01T00:00:00Z
    post sales equity:kept 70.00 effective 2025-12-31T23:59:59Z       -> posted
    post equity:kept rent 20.00 effective 2025-12-31T23:59:59Z        -> posted
";

fn income_of_two_years(ledger: &Ledger) -> Vec<String> {
    let periods = [period("2025-01-01", "2026-01-01"), period("2026-01-01", "2027-01-01")];
    let year = FiscalYear::default();
    let bounds = [bounds(&periods), begins_of_years(&periods, year)].concat();
    let table = table(ledger, &TableRequest { bounds, only_income: true, ..TableRequest::default() });
    told_sheet(&income_statement(&table, &periods, &begins_of_years(&periods, year), ShowEmpty::No))
}

on_every_backend! {
    fn a_trial_balance_has_what_was_there_what_moved_and_what_is_left(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        let periods = [period("2025-01-01", "2026-01-01"), period("2026-01-01", "2026-02-01")];
        let table = table(&ledger, &TableRequest { bounds: bounds(&periods), ..TableRequest::default() });
        let lines = trial_balance(&table, &periods, ShowEmpty::No);
        assert_eq!(told(&lines, 0), [
            "cash 10000 7000 2000 15000", "equity:owner 10000 0 0 10000", "rent 0 2000 0 2000", "sales 0 0 7000 7000", "total 0 9000 9000 0",
        ]);
        // Nothing moved in January, and all closings are openings.
        assert_eq!(told(&lines, 1), [
            "cash 15000 0 0 15000", "equity:owner 10000 0 0 10000", "rent 2000 0 0 2000", "sales 7000 0 0 7000", "total 0 0 0 0",
        ]);
        let total = lines.last().unwrap().cells[1];
        assert_eq!((total.debit_balance, total.credit_balance), (17000, 17000));
        let all = trial_balance(&table, &periods, ShowEmpty::Yes);
        let hidden: Vec<_> = all.iter().filter(|line| !lines.contains(line)).map(|line| line.path.as_deref().unwrap()).collect();
        assert_eq!(hidden, ["equity:kept", "unused"]);
    }

    fn an_account_that_moved_and_ended_at_zero_is_shown(book: &TestBook) {
        check(book, "
            account a asset EUR
            account b equity EUR
            at 2026-01-10T00:00:00Z
            post a b 1.00 -> posted
            post b a 1.00 -> posted
        ");
        let ledger = book.ledger();
        let [moved, still] = [period("2026-01-01", "2026-02-01"), period("2026-02-01", "2026-03-01")];
        for (shown, expected) in [(moved, vec!["a 0 100 100 0", "b 0 100 100 0", "total 0 200 200 0"]), (still, vec![])] {
            let table = table(&ledger, &TableRequest { bounds: bounds(&[shown]), ..TableRequest::default() });
            assert_eq!(told(&trial_balance(&table, &[shown], ShowEmpty::No), 0), expected);
            assert_eq!(balance_sheet(&table, &[shown], ShowEmpty::No).iter().filter(|line| line.path.is_some()).count(), expected.len().saturating_sub(1));
        }
    }

    fn assets_equal_liabilities_equity_and_what_was_retained(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        let periods = [period("2025-01-01", "2026-01-01"), period("2026-01-01", "2027-01-01")];
        let sheet = || {
            let table = table(&ledger, &TableRequest { bounds: bounds(&periods), ..TableRequest::default() });
            told_sheet(&balance_sheet(&table, &periods, ShowEmpty::No))
        };
        assert_eq!(sheet(), [
            "cash 15000 17500", "total asset 15000 17500", "total liability 0 0", "equity:owner 10000 10000", "total equity 10000 10000",
            "RetainedEarnings 5000 7500", "LiabilitiesAndEquity 15000 17500", "Difference 0 0",
        ]);
        check(book, CLOSING);
        assert_eq!(sheet()[3..], [
            "equity:kept 5000 5000", "equity:owner 10000 10000", "total equity 15000 15000", "RetainedEarnings 0 2500",
            "LiabilitiesAndEquity 15000 17500", "Difference 0 0",
        ]);
    }

    fn an_income_statement_reads_the_same_before_and_after_the_year_is_closed(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        let open = [
            "sales 7000 3000 | 7000 3000", "total revenue 7000 3000 | 7000 3000", "rent 2000 500 | 2000 500",
            "total expense 2000 500 | 2000 500", "NetIncome 5000 2500 | 5000 2500",
        ];
        assert_eq!(income_of_two_years(&ledger), open);
        check(book, CLOSING);
        let closed = [&open[..], &["ClosedToEquity 5000 0 | 5000 0"]].concat();
        assert_eq!(income_of_two_years(&ledger), closed);
    }

    fn an_income_statement_needs_the_year_that_each_period_ends_in(book: &TestBook) {
        let request = ReportRequest::of(vec![period("2025-01-01", "2026-01-01")]);
        let error = book.ledger().income_statement(&request, &mut |_| {}).unwrap_err();
        assert_eq!(error.code(), "report_invalid");
        assert!(error.to_string().contains("1 periods, 0 beginnings"), "{error}");
    }

    fn a_fiscal_year_begins_in_any_month_and_at_zero(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        // From February to January: what was sold on 1 February 2026 is of the next year.
        let year = FiscalYear::beginning_in(2).unwrap();
        let periods = period("2025-03-01", "2026-03-01").split(PeriodUnit::Quarter, year).unwrap();
        let bounds = [bounds(&periods), begins_of_years(&periods, year)].concat();
        let table = table(&ledger, &TableRequest { bounds, only_income: true, ..TableRequest::default() });
        let lines = income_statement(&table, &periods, &begins_of_years(&periods, year), ShowEmpty::No);
        assert_eq!(told_sheet(&lines[..1]), ["sales 7000 0 0 0 3000 | 7000 7000 7000 7000 3000"]);
    }

    fn what_was_reported_can_be_reported_again(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        let periods = [period("2025-01-01", "2026-01-01"), period("2026-01-01", "2027-01-01")];
        let request = TableRequest { bounds: bounds(&periods), ..TableRequest::default() };
        let then = TableRequest { recorded_at: Some(time("2026-02-15T00:00:00Z")), ..request.clone() };
        let reported = table(&ledger, &request);
        assert_eq!(table(&ledger, &then), reported);
        check(book, "
            at 2026-04-01T00:00:00Z
            account later asset EUR
            post later sales 11.00 effective 2025-06-01T00:00:00Z -> posted
            post cash later 4.00 effective 2027-06-01T00:00:00Z   -> posted
        ");
        assert_ne!(table(&ledger, &request), reported);
        assert_eq!(table(&ledger, &then), reported);
        let long_ago = TableRequest { recorded_at: Some(time("2024-01-01T00:00:00Z")), ..request };
        assert_eq!(table(&ledger, &long_ago).rows, []);
    }

    fn holds_are_no_part_of_balances_and_have_a_column_of_their_own(book: &TestBook) {
        check(book, "
            account cash asset EUR
            account alice liability EUR
            account bob liability EUR
            at 2026-01-10T00:00:00Z
            deposit alice 10.00                                      -> posted
            hold alice bob 4.00                                      -> held
            hold alice bob 3.00 expires 2026-01-11T00:00:00Z         -> held
            at 2026-01-12T00:00:00Z
        ");
        let ledger = book.ledger();
        let shown = period("2026-01-01", "2026-02-01");
        let table = table(&ledger, &TableRequest { bounds: bounds(&[shown]), with_held: true, ..TableRequest::default() });
        let lines = trial_balance(&table, &[shown], ShowEmpty::No);
        assert_eq!(told(&lines, 0), ["alice 0 0 1000 1000", "cash 0 1000 0 1000", "total 0 1000 1000 0"]);
        assert_eq!(lines.iter().map(|line| line.held).collect::<Vec<_>>(), [Some(400), Some(0), Some(400)]);
    }

    fn accounts_are_added_up_by_type_and_currency(book: &TestBook) {
        check(book, "
            account a:x:1 asset EUR
            account a:x:2 asset EUR
            account a:x:3 equity EUR
            account a:yen:1 asset JPY
            account a:yen:2 equity JPY
            account a-x   asset EUR
            at 2026-01-10T00:00:00Z
            post a:x:1 a:x:3 5.00 -> posted
            post a:x:2 a:x:3 2.00 -> posted
            post a-x a:x:3 1.00 -> posted
            post a:yen:1 a:yen:2 9 JPY -> posted
        ");
        let ledger = book.ledger();
        let rows = |depth, prefix: &str, currency: Option<&str>| {
            let currency = currency.map(|code| code.parse().unwrap());
            let request = TableRequest { depth: Some(depth), prefix: prefix.into(), currency, ..TableRequest::default() };
            let tell = |row: &teller::ledger::BalanceRow| {
                format!("{} {} {} {} {}", row.path, row.currency.code(), row.account_type, row.accounts, row.opening)
            };
            table(&ledger, &request).rows.iter().map(tell).collect::<Vec<_>>()
        };
        assert_eq!(rows(1, "", None), [
            "a EUR asset 2 700", "a EUR equity 1 -800", "a-x EUR asset 1 100", "a JPY asset 1 9", "a JPY equity 1 -9",
        ]);
        assert_eq!(rows(2, "a:", Some("JPY")), ["a:yen JPY asset 1 9", "a:yen JPY equity 1 -9"]);
    }

    fn sums_are_exact_beyond_64_bits(book: &TestBook) {
        check(book, "
            account big:1 asset EUR
            account big:2 asset EUR
            account other:1 equity EUR
            account other:2 equity EUR
            at 2026-01-10T00:00:00Z
            post big:1 other:1 92233720368547758.07 -> posted
            post big:2 other:2 92233720368547758.07 -> posted
            post other:1 big:1 92233720368547758.06 -> posted
            post big:1 other:1 92233720368547758.06 -> posted
        ");
        let ledger = book.ledger();
        let shown = period("2026-01-01", "2026-02-01");
        let table = table(&ledger, &TableRequest { bounds: bounds(&[shown]), depth: Some(1), ..TableRequest::default() });
        let max = i128::from(i64::MAX);
        let row = &table.rows[0];
        assert_eq!((row.balance(1), row.turnovers[0].debits, row.turnovers[0].credits), (2 * max, 3 * max - 1, max - 1));
    }

    fn what_cannot_be_reported_is_refused(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        let refused = |request: &TableRequest| match ledger.balance_table(request, &mut |_| {}) {
            Err(error @ (Error::Input(_) | Error::Rejected(_))) => (error.code(), error.to_string()),
            other => panic!("{other:?}"),
        };
        let usual = TableRequest::default();
        assert_eq!(refused(&TableRequest { depth: Some(0), ..usual.clone() }).0, "report_invalid");
        let (code, text) = refused(&TableRequest { prefix: "nobody:".into(), ..usual.clone() });
        assert_eq!((code, text.as_str()), ("report_invalid", "no account's name begins with \"nobody:\""));
        assert_eq!(refused(&TableRequest { currency: Some("XYZ".parse().unwrap()), ..usual.clone() }).0, "currency_unknown");
        let bounds = (0..300_000).map(|micros| Bound::before(Instant::from_micros(micros).unwrap())).collect();
        assert!(refused(&TableRequest { bounds, ..usual }).1.contains("more than 1000000 cells"));
    }

    fn a_row_that_is_missing_is_a_fault_and_no_zero(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        let request = TableRequest { bounds: vec![before("2025-01-01"), before("2027-01-01")], ..TableRequest::default() };
        table(&ledger, &request);
        if book.is_on_postgres() {
            book.raw("alter table transfers disable trigger all").unwrap();
        } else {
            book.raw("drop trigger transfers_are_append_only_on_delete").unwrap();
        }
        book.raw("delete from transfers where amount = 7000").unwrap();
        for prefix in ["", "sales"] {
            let request = TableRequest { prefix: prefix.into(), ..request.clone() };
            let Err(error) = ledger.balance_table(&request, &mut |_| {}) else { panic!("it is told") };
            assert_eq!(error.code(), "corrupt_row", "{prefix}");
        }
    }
}

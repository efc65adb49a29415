//! Reports in one currency: what each line is worth, what rounding and prices leave, and what is refused.

use std::collections::BTreeMap;
use std::fmt::Write;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use teller::Ledger;
use teller::facts::{AccountType, NormalSide};
use teller::ledger::{
    Day, LineKind, Prices, Report, ReportPeriod, ReportRequest, SheetLine, TrialBalanceCell, TrialBalanceLine,
    Valuation, begins_of_years,
};
use teller::money::{Currency, CurrencyCode};

use crate::reports::{before, period};
use crate::support::{Random, TestBook, check, on_every_backend};

const CURRENCIES: [&str; 4] = ["EUR", "USD", "JPY", "BHD"];
const TYPES: [(&str, &str); 5] =
    [("bank", "asset"), ("owed", "liability"), ("own", "equity"), ("earned", "revenue"), ("spent", "expense")];

/// A shop with two currencies, and the prices of two months.
const SHOP: &str = "
    account bank:eur    asset   EUR
    account owner:eur   equity  EUR
    account bank:usd    asset   USD
    account sales:usd   revenue USD
    account rent:usd    expense USD
    at 2026-01-10T00:00:00Z
    post bank:eur owner:eur 1000.00                                   -> posted
    post bank:usd sales:usd 100.00                                    -> posted
    at 2026-02-10T00:00:00Z
    post rent:usd bank:usd 33.33                                      -> posted
";
const PRICES: &str = "date,currency,in,price\n2026-01-31,USD,EUR,0.90\n2026-02-28,USD,EUR,0.95\n";

/// A file that is there as long as its folder.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prices.csv");
    std::fs::write(&path, text).unwrap();
    (folder, path.display().to_string())
}

fn code(text: &str) -> CurrencyCode {
    text.parse().unwrap()
}

fn fill(book: &TestBook, random: &mut Random) -> Ledger {
    let mut script = String::new();
    for currency in CURRENCIES {
        for (name, what) in TYPES {
            let name = format!("{name}:{}", currency.to_lowercase());
            writeln!(script, "account {name} {what} {currency} min none").unwrap();
        }
    }
    for day in 1..=40 {
        let (first, second) = random.pair_below(5);
        let [first, second] = [first, second].map(|index| TYPES[usize::try_from(index).unwrap()].0);
        let currency = CURRENCIES[usize::try_from(random.below(4)).unwrap()];
        let decimals = match currency {
            "JPY" => String::new(),
            "BHD" => format!(".{:03}", random.below(1_000)),
            _ => format!(".{:02}", random.below(100)),
        };
        let end = currency.to_lowercase();
        writeln!(script, "at 2026-0{}-{:02}T08:00:00Z", 1 + day / 14, 1 + day % 14 * 2).unwrap();
        writeln!(script, "post {first}:{end} {second}:{end} {}{decimals} -> posted", 1 + random.below(5_000)).unwrap();
    }
    check(book, &script);
    book.ledger()
}

/// Prices of every day that a report of these periods needs, and the same by day and currency.
fn prices(random: &mut Random, days: &[[Day; 2]]) -> (Prices, BTreeMap<(Day, String), BigDecimal>) {
    let (mut prices, mut known) = (Prices::default(), BTreeMap::new());
    let mut all: Vec<_> = days.iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    for day in all {
        for currency in ["USD", "JPY", "BHD"] {
            let price = format!("{}.{:05}", random.below(3), 1 + random.below(99_999));
            prices.add(day, [code(currency), code("EUR")], price.parse().unwrap()).unwrap();
            known.insert((day, currency.to_owned()), price.parse().unwrap());
        }
        known.insert((day, "EUR".to_owned()), 1.into());
    }
    (prices, known)
}

/// What an amount is worth, computed apart from what is tested.
fn worth(units: i128, currency: Currency, price: &BigDecimal) -> i128 {
    let exact = BigDecimal::new(units.into(), currency.exponent().into()) * price;
    let (units, _) = exact.with_scale_round(2, RoundingMode::HalfEven).into_bigint_and_exponent();
    units.to_i128().unwrap()
}

fn one(report: &Report<SheetLine>, kind: LineKind) -> &SheetLine {
    report.lines.iter().find(|line| line.kind == kind).unwrap_or_else(|| panic!("{kind:?}"))
}

/// The account's line in the valued report is worth what it is in its own currency, and there is no other.
fn assert_lines(own: &Report<SheetLine>, valued: &Report<SheetLine>, worth: impl Fn(&SheetLine, i128, usize) -> i128) {
    let accounts = |report: &Report<SheetLine>| report.lines.iter().filter(|line| line.path.is_some()).count();
    assert_eq!(accounts(own), accounts(valued));
    for line in own.lines.iter().filter(|line| line.path.is_some()) {
        let found = valued.lines.iter().find(|found| found.path == line.path).unwrap();
        let expected = |amounts: &[i128]| {
            amounts.iter().enumerate().map(|(index, units)| worth(line, *units, index)).collect::<Vec<_>>()
        };
        assert_eq!((&found.amounts, &found.to_date), (&expected(&line.amounts), &expected(&line.to_date)));
        assert_eq!(found.currency.code(), code("EUR"));
    }
}

fn moved(line: &TrialBalanceLine, cell: &TrialBalanceCell) -> i128 {
    match line.account_type.map(AccountType::normal_side) {
        Some(NormalSide::Credit) => cell.credits - cell.debits,
        Some(NormalSide::Debit) | None => cell.debits - cell.credits,
    }
}

fn periods() -> Vec<ReportPeriod> {
    vec![
        period("2026-01-01", "2026-02-01"),
        period("2026-02-01", "2026-02-15"),
        ReportPeriod::new(before("2026-02-15"), before("2026-04-01")).unwrap(),
    ]
}

on_every_backend! {
    fn a_valued_report_of_a_random_book_keeps_the_identities(book: &TestBook) {
        for seed in 1..=3 {
            let (book, mut random) = (book.another(), Random(seed));
            let ledger = fill(&book, &mut random);
            let currency = ledger.get_currency(code("EUR")).unwrap().currency;
            let periods = periods();
            let days = Valuation::days_of(&periods);
            let (prices, known) = prices(&mut random, &days);
            let years = begins_of_years(&periods, teller::ledger::FiscalYear::default());
            let request = ReportRequest { years, ..ReportRequest::of(periods.clone()) };
            let valuation = Valuation { currency, prices, days: days.clone() };
            let worth_at = |line: &SheetLine, units, index: usize| {
                worth(units, line.currency, &known[&(days[index][1], line.currency.code().to_string())])
            };

            let own = ledger.balance_sheet(&request, &mut |_| {}).unwrap();
            let sheet = valuation.sheet(&own).unwrap();
            assert_lines(&own, &sheet, worth_at);
            assert_eq!(sheet.balanced, Some(true));
            for index in 0..periods.len() {
                let of = |kind| one(&sheet, kind).amounts[index];
                let total = |account_type| of(LineKind::Total(account_type));
                let rounded = of(LineKind::ValuationDifference);
                let owed = total(AccountType::Liability) + total(AccountType::Equity)
                    + of(LineKind::RetainedEarnings) + rounded;
                assert_eq!((total(AccountType::Asset), of(LineKind::Difference)), (owed, 0));
                assert_eq!(of(LineKind::LiabilitiesAndEquity), owed);
                // Every line is off by half a unit at most.
                assert!(rounded.abs() <= i128::try_from(sheet.lines.len() + CURRENCIES.len()).unwrap(), "{rounded}");
            }

            let own = ledger.income_statement(&request, &mut |_| {}).unwrap();
            let income = valuation.sheet(&own).unwrap();
            assert_lines(&own, &income, worth_at);
            let sum = |kind| income.lines.iter().filter(move |line| line.kind == kind).map(|line| line.amounts[0]).sum::<i128>();
            let [revenue, expense] = [AccountType::Revenue, AccountType::Expense];
            assert_eq!(sum(LineKind::NetIncome), sum(LineKind::Accounts(revenue)) - sum(LineKind::Accounts(expense)));

            let trial = valuation.trial_balance(&ledger.trial_balance(&request, &mut |_| {}).unwrap()).unwrap();
            assert_eq!(trial.balanced, Some(true));
            for line in &trial.lines {
                for (index, cell) in line.cells.iter().enumerate() {
                    if line.path.is_none() {
                        assert_eq!((cell.debits, cell.debit_balance), (cell.credits, cell.credit_balance));
                        continue;
                    }
                    assert_eq!(cell.closing, cell.opening + moved(line, cell) + cell.valuation_difference.unwrap());
                    if let Some(next) = line.cells.get(index + 1) {
                        assert_eq!(next.opening, cell.closing, "what one period ends with is what the next begins with");
                    }
                }
            }
        }
    }

    fn a_report_in_its_own_currency_needs_no_prices_and_stays_the_same(book: &TestBook) {
        check(book, SHOP);
        let ledger = book.ledger();
        let mut request = ReportRequest::of(vec![period("2026-01-01", "2026-03-01")]);
        request.table.currency = Some(code("USD"));
        let currency = ledger.get_currency(code("USD")).unwrap().currency;
        let valuation = Valuation { currency, prices: Prices::default(), days: Valuation::days_of(&request.periods) };
        let own = ledger.balance_sheet(&request, &mut |_| {}).unwrap();
        let mut valued = valuation.sheet(&own).unwrap();
        assert!(one(&valued, LineKind::ValuationDifference).amounts.iter().all(|amount| *amount == 0));
        valued.lines.retain(|line| line.kind != LineKind::ValuationDifference);
        assert_eq!(valued, own);
    }

    fn the_program_values_each_column_at_its_last_day(book: &TestBook) {
        check(book, SHOP);
        let (_folder, prices) = file(PRICES);
        let run = |arguments: &str| book.run(&format!("report {arguments} --in EUR --prices {prices}"));
        let sheet = run("balance-sheet --from 2026-01 --to 2026-03 --every month").ends(0);
        let sheet = sheet.shows("in EUR at the prices of the last day of each column").shows("Assets equal liabilities and equity.");
        let rows: Vec<_> = sheet.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        for row in ["bank:eur EUR 1000.00 1000.00", "bank:usd EUR 90.00 63.34", "retained earnings EUR 90.00 63.34", "valuation difference EUR 0.00 0.00"] {
            assert!(rows.contains(&row.to_owned()), "{row}: {rows:#?}");
        }
        let trial = run("trial-balance --month 2026-02 --format json").ends(0).json();
        let item = |name: &str| trial["items"].as_array().unwrap().iter().find(|item| item["account"] == name).unwrap().clone();
        let told = |item: &serde_json::Value| ["opening", "debits", "credits", "closing", "valuation_difference"].map(|field| item[field].as_str().unwrap().to_owned());
        assert_eq!((trial["valued_in"].as_str(), trial["balanced"].as_bool()), (Some("EUR"), Some(true)));
        assert_eq!(told(&item("bank:usd")), ["90.00", "0.00", "31.66", "63.34", "5.00"]);
        assert_eq!(told(&item("sales:usd")), ["90.00", "0.00", "0.00", "95.00", "5.00"]);
        assert_eq!(told(&item("bank:eur")), ["1000.00", "0.00", "0.00", "1000.00", "0.00"]);
        let income = run("income-statement --month 2026-02 --compare previous --format csv").ends(0).stdout;
        assert!(income.lines().any(|line| line.contains(",net_income,") && line.contains("-31.66")), "{income}");
        let html = run("balance-sheet --at 2026-02-28 --format html").ends(0).stdout;
        assert!(html.contains("in EUR, at the prices of the last day of each column") && html.contains("63.34"), "{html}");
    }

    fn a_missing_price_is_named_and_none_is_inferred(book: &TestBook) {
        check(book, SHOP);
        let (_folder, prices) = file(PRICES);
        let run = |arguments: &str| book.run(&format!("report {arguments}"));
        let with = |arguments: &str| run(&format!("{arguments} --prices {prices}"));
        with("balance-sheet --at 2026-02-27 --in EUR").ends(65).says("there is no price of USD in EUR on 2026-02-27");
        with("trial-balance --from 2026-02-10 --to 2026-03 --in EUR").ends(65).says("there is no price of USD in EUR on 2026-02-09");
        with("balance-sheet --at 2026-02-28 --in USD").ends(65).says("there is no price of EUR in USD on 2026-02-28");
        with("balance-sheet --at 2026-02-28 --in XYZ").ends(3).says("XYZ");
        run("balance-sheet --in EUR").ends(2).says("--prices");
        run(&format!("balance-sheet --prices {prices}")).ends(2).says("--in");
        // What is nothing is worth nothing.
        with("balance-sheet --at 2025-12-31 --in EUR").ends(0);
        let (_folder, twice) = file(&format!("{PRICES}2026-01-31,USD,EUR,0.91\n"));
        run(&format!("balance-sheet --in EUR --prices {twice}")).ends(65).says("line 4 of the prices: there are two prices of USD in EUR on 2026-01-31");
    }
}

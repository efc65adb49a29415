//! Reports: their lines as records for programs, and side by side for people.

use bigdecimal::BigDecimal;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::facts::{AccountType, Instant};
use crate::ledger::{Bound, LineKind, ReportPeriod, SheetLine, TrialBalanceCell, TrialBalanceLine};
use crate::money::{Currency, CurrencyCode};

/// What stands before the lines of a report.
#[derive(Debug, Serialize)]
pub struct ReportHead {
    /// Which report it is.
    pub report: &'static str,
    /// In which days and months are meant.
    pub time_zone: String,
    /// The columns, in order.
    pub periods: Vec<String>,
    /// What the one column is compared with.
    pub compared_with: Option<String>,
    /// Transfers are known that were recorded by then; null where all are.
    pub recorded_at: Option<Instant>,
    /// The currency in which all amounts are valued, at the prices of the last day of each column; null where they are in their own.
    pub valued_in: Option<CurrencyCode>,
}

impl ReportHead {
    /// A report in columns.
    #[must_use]
    pub fn new(
        report: &'static str,
        time_zone: String,
        periods: Vec<String>,
        compared_with: Option<String>,
        recorded_at: Option<Instant>,
    ) -> Self {
        Self { report, time_zone, periods, compared_with, recorded_at, valued_in: None }
    }
}

/// What stands behind the lines of a report.
#[derive(Debug, Serialize)]
pub struct ReportTail {
    /// Whether both sides of the whole book agree; null where the report is about a part of it, or has only one side.
    pub balanced: Option<bool>,
    /// Always null: a report is whole.
    pub next_cursor: Option<String>,
}

impl ReportTail {
    /// Behind the lines of a report whose sides agree or not.
    #[must_use]
    pub const fn new(balanced: Option<bool>) -> Self {
        Self { balanced, next_cursor: None }
    }
}

record! {
    /// A line of a trial balance in one period.
    pub struct TrialBalanceRecord {
        /// The period, as it was asked for: `2026-09`, or both ends.
        period: String,
        /// Its first moment; null where it begins with the book.
        from: Option<Instant>,
        /// The first moment behind it.
        to: Option<Instant>,
        /// `account` or `total`.
        line: &'static str,
        /// The account, or the part of a name that several have in common; null on a total.
        account: Option<String>,
        /// What the accounts are in the books.
        r#type: Option<AccountType>,
        /// The currency of the amounts.
        currency: CurrencyCode,
        /// How many accounts the line adds up.
        accounts: u64,
        /// What they had when the period began, on their normal side.
        opening: Option<String>,
        /// The debits in the period.
        debits: String,
        /// The credits in the period.
        credits: String,
        /// What they had when it ended, on their normal side.
        closing: Option<String>,
        /// The closing balances that stand on the debit side.
        debit: String,
        /// The closing balances that stand on the credit side.
        credit: String,
        /// By how much the closing balance rose because prices changed, in a report that is valued in one currency.
        valuation_difference: Option<String>,
        /// What open holds reserve now, where that was asked for.
        held: Option<String>,
        /// The amount that it is compared with.
        compared: Option<String>,
        /// How much more that is than what it is compared with.
        change: Option<String>,
    }
}

impl TrialBalanceRecord {
    /// A line in a period of that name, and what it is compared with. The total of a currency has no normal side.
    #[must_use]
    pub fn new(
        line: &TrialBalanceLine,
        name: &str,
        period: ReportPeriod,
        cell: &TrialBalanceCell,
        compared: Option<&TrialBalanceCell>,
    ) -> Self {
        let number = |units: i128| number(units, line.currency);
        let is_account = line.path.is_some();
        let on_normal_side = |units: i128| is_account.then(|| number(units));
        Self {
            period: name.to_owned(),
            from: from(period),
            to: to(period),
            line: if is_account { "account" } else { "total" },
            account: line.path.clone(),
            r#type: line.account_type,
            currency: line.currency.code(),
            accounts: line.accounts,
            opening: on_normal_side(cell.opening),
            debits: number(cell.debits),
            credits: number(cell.credits),
            closing: on_normal_side(cell.closing),
            debit: number(cell.debit_balance),
            credit: number(cell.credit_balance),
            valuation_difference: cell.valuation_difference.filter(|_| is_account).map(number),
            held: line.held.map(number),
            compared: compared.and_then(|earlier| on_normal_side(earlier.closing)),
            change: compared.and_then(|earlier| on_normal_side(cell.closing - earlier.closing)),
        }
    }
}

record! {
    /// A line of a balance sheet or an income statement in one period.
    pub struct SheetRecord {
        /// The period, as it was asked for: `2026-09`, or both ends.
        period: String,
        /// Its first moment; null where it begins with the book.
        from: Option<Instant>,
        /// The first moment behind it.
        to: Option<Instant>,
        /// `account`, `total`, `retained_earnings`, `valuation_difference`, `liabilities_and_equity`, `difference`, `net_income` or `closed_to_equity`.
        line: &'static str,
        /// The account, or the part of a name that several have in common; null on a total.
        account: Option<String>,
        /// What the accounts are in the books.
        r#type: Option<AccountType>,
        /// The currency of the amounts.
        currency: CurrencyCode,
        /// The balance at the end, or what was earned or spent in the period.
        amount: String,
        /// The same from the beginning of the fiscal year on.
        year_to_date: Option<String>,
        /// The amount that it is compared with.
        compared: Option<String>,
        /// How much more that is than what it is compared with.
        change: Option<String>,
    }
}

impl SheetRecord {
    /// A line in the period of that name and index, compared with that of another index.
    #[must_use]
    pub fn new(line: &SheetLine, name: &str, period: ReportPeriod, index: usize, compared: Option<usize>) -> Self {
        let amount = line.amounts[index];
        let number = |units: i128| number(units, line.currency);
        let is_sheet = line.to_date.is_empty();
        Self {
            period: name.to_owned(),
            from: from(period).filter(|_| !is_sheet),
            to: to(period),
            line: word(line.kind),
            account: line.path.clone(),
            r#type: account_type(line.kind),
            currency: line.currency.code(),
            amount: number(amount),
            year_to_date: line.to_date.get(index).copied().map(number),
            compared: compared.map(|other| number(line.amounts[other])),
            change: compared.map(|other| number(amount - line.amounts[other])),
        }
    }
}

/// A line for people: the periods side by side.
#[derive(Debug)]
pub struct WideRow(Map<String, Value>);

impl WideRow {
    /// The cells, by the names of their columns.
    #[must_use]
    pub fn into_fields(self) -> Map<String, Value> {
        self.0
    }

    /// A line of a trial balance, where a total says so in place of an account. What it is compared with stands under the name that is given.
    #[must_use]
    pub fn of_trial_balance(record: &TrialBalanceRecord, compared_with: Option<&str>) -> Self {
        let mut row = match serde_json::to_value(record) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        if record.account.is_none() {
            row.insert("account".to_owned(), record.line.into());
        }
        if let (Some(name), Some(compared)) = (compared_with, &record.compared) {
            row.insert(name.to_owned(), compared.as_str().into());
        }
        Self(row)
    }

    /// A line of a balance sheet or an income statement, with a column of that name for each of the amounts.
    #[must_use]
    pub fn of_sheet(line: &SheetLine, columns: &[String], amounts: &[i128]) -> Self {
        let name = match (&line.path, line.kind) {
            (Some(path), _) => path.clone(),
            (None, LineKind::Total(account_type)) => format!("total {account_type}"),
            (None, kind) => word(kind).replace('_', " "),
        };
        let mut row = Map::new();
        row.insert("account".to_owned(), name.into());
        row.insert("currency".to_owned(), line.currency.code().as_str().into());
        for (column, amount) in columns.iter().zip(amounts) {
            row.insert(column.clone(), number(*amount, line.currency).into());
        }
        Self(row)
    }
}

fn word(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Accounts(_) => "account",
        LineKind::Total(_) => "total",
        LineKind::RetainedEarnings => "retained_earnings",
        LineKind::ValuationDifference => "valuation_difference",
        LineKind::LiabilitiesAndEquity => "liabilities_and_equity",
        LineKind::Difference => "difference",
        LineKind::NetIncome => "net_income",
        LineKind::ClosedToEquity => "closed_to_equity",
    }
}

fn account_type(kind: LineKind) -> Option<AccountType> {
    match kind {
        LineKind::Accounts(account_type) | LineKind::Total(account_type) => Some(account_type),
        LineKind::RetainedEarnings
        | LineKind::ValuationDifference
        | LineKind::LiabilitiesAndEquity
        | LineKind::Difference
        | LineKind::NetIncome
        | LineKind::ClosedToEquity => None,
    }
}

fn from(period: ReportPeriod) -> Option<Instant> {
    period.begin.next().filter(|_| period.begin > Bound::BEGIN)
}

fn to(period: ReportPeriod) -> Option<Instant> {
    period.end.next()
}

fn number(units: i128, currency: Currency) -> String {
    BigDecimal::new(units.into(), currency.exponent().into()).to_plain_string()
}

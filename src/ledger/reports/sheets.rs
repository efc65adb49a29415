//! The balance sheet and the income statement. Pure.

use crate::facts::AccountType;
use crate::ledger::reports::bound::Bound;
use crate::ledger::reports::calendar::{FiscalYear, ReportPeriod};
use crate::ledger::reports::table::{BalanceRow, BalanceTable, is_of_income};
use crate::ledger::reports::trial_balance::ShowEmpty;
use crate::money::Currency;

/// What a line of a balance sheet or an income statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Accounts of a type.
    Accounts(AccountType),
    /// The total of a type.
    Total(AccountType),
    /// Revenue less expense to date, as far as it was not moved to accounts of the type equity. It is computed, and never posted.
    RetainedEarnings,
    /// What rounding left of amounts that were [valued](crate::ledger::Valuation) line by line.
    ValuationDifference,
    /// All that is owed, to others and to the owners.
    LiabilitiesAndEquity,
    /// Assets less all that is owed. Zero, where the report is about the whole book.
    Difference,
    /// Revenue less expense.
    NetIncome,
    /// What was moved from revenue and expense to accounts of the type equity, as at the end of a year.
    ClosedToEquity,
}

/// A line of a balance sheet or an income statement, in minor units of the currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetLine {
    /// What it is.
    pub kind: LineKind,
    /// The accounts' path. `None` for what is computed.
    pub path: Option<String>,
    /// The currency of all sums here.
    pub currency: Currency,
    /// One amount a period, on the normal side.
    pub amounts: Vec<i128>,
    /// The same from the beginning of the fiscal year that the period ends in. Empty in a balance sheet.
    pub to_date: Vec<i128>,
}

/// Assets, liabilities and equity at the ends of the periods, per currency.
///
/// # Panics
/// Where the table has not the bounds where they end.
#[must_use]
pub fn balance_sheet(table: &BalanceTable, periods: &[ReportPeriod], with_empty: ShowEmpty) -> Vec<SheetLine> {
    let ends: Vec<_> = periods.iter().map(|period| table.index(period.end)).collect();
    let mut lines = Vec::new();
    for rows in table.rows.chunk_by(|a, b| a.currency == b.currency) {
        let mut sheet = Sheet::new(rows, periods.len());
        let has_moved =
            |row: &BalanceRow| row.turnovers.iter().any(|turnover| turnover.debits != 0 || turnover.credits != 0);
        let balances = |row: &BalanceRow| ends.iter().map(|end| row.balance(*end)).collect::<Vec<_>>();
        for account_type in [AccountType::Asset, AccountType::Liability, AccountType::Equity] {
            for row in rows.iter().filter(|row| row.account_type == account_type) {
                let amounts: Vec<_> = balances(row).into_iter().map(|balance| row.on_normal_side(balance)).collect();
                sheet.add(row, amounts, Vec::new(), has_moved(row) || with_empty == ShowEmpty::Yes);
            }
            sheet.total(account_type);
        }
        let income = rows.iter().filter(|row| is_of_income(row.account_type));
        let mut retained = vec![0; periods.len()];
        for row in income {
            add(&mut retained, &balances(row), -1);
        }
        let [assets, liabilities, equity] =
            sheet.totals_of([AccountType::Asset, AccountType::Liability, AccountType::Equity]);
        let mut owed = liabilities;
        add(&mut owed, &equity, 1);
        add(&mut owed, &retained, 1);
        let mut difference = assets;
        add(&mut difference, &owed, -1);
        sheet.computed(LineKind::RetainedEarnings, retained, Vec::new());
        sheet.computed(LineKind::LiabilitiesAndEquity, owed, Vec::new());
        sheet.computed(LineKind::Difference, difference, Vec::new());
        lines.extend(sheet.shown(with_empty));
    }
    lines
}

/// Revenue, expense and what is left, in the periods and from the beginnings of `years`, one a period, up to their ends, per currency. What
/// was moved to accounts of the type equity is shown by itself, so that a year reads the same before and after it was closed.
///
/// # Panics
/// Where the table has not the bounds of the periods and the years. [`begins_of_years`] has those.
#[must_use]
pub fn income_statement(
    table: &BalanceTable,
    periods: &[ReportPeriod],
    years: &[Bound],
    with_empty: ShowEmpty,
) -> Vec<SheetLine> {
    let spans: Vec<_> = periods.iter().map(|period| (table.index(period.begin), table.index(period.end))).collect();
    let years: Vec<_> = years.iter().zip(&spans).map(|(begin, (_, end))| (table.index(*begin), *end)).collect();
    let mut lines = Vec::new();
    for rows in table.rows.chunk_by(|a, b| a.currency == b.currency) {
        let mut sheet = Sheet::new(rows, periods.len());
        for account_type in [AccountType::Revenue, AccountType::Expense] {
            for row in rows.iter().filter(|row| row.account_type == account_type) {
                let moved = |spans: &[(usize, usize)]| {
                    let earned = |(begin, end)| row.turnover(begin, end).change() - row.closed(begin, end);
                    spans.iter().map(|span| row.on_normal_side(earned(*span))).collect::<Vec<_>>()
                };
                let has_moved = spans.iter().chain(&years).any(|(begin, end)| {
                    let turnover = row.turnover(*begin, *end);
                    turnover.debits != 0 || turnover.credits != 0
                });
                sheet.add(row, moved(&spans), moved(&years), has_moved || with_empty == ShowEmpty::Yes);
            }
            sheet.total(account_type);
        }
        let [revenue, expense] = sheet.totals_of([AccountType::Revenue, AccountType::Expense]);
        let [revenue_to_date, expense_to_date] = sheet.totals_to_date([AccountType::Revenue, AccountType::Expense]);
        let net = |mut revenue: Vec<i128>, expense: &[i128]| {
            add(&mut revenue, expense, -1);
            revenue
        };
        sheet.computed(LineKind::NetIncome, net(revenue, &expense), net(revenue_to_date, &expense_to_date));
        let closed = |spans: &[(usize, usize)]| {
            let sum = |(begin, end)| rows.iter().map(|row| row.closed(begin, end)).sum::<i128>();
            spans.iter().map(|span| sum(*span)).collect::<Vec<_>>()
        };
        let (closed, closed_to_date) = (closed(&spans), closed(&years));
        if closed.iter().chain(&closed_to_date).any(|amount| *amount != 0) {
            sheet.computed(LineKind::ClosedToEquity, closed, closed_to_date);
        }
        lines.extend(sheet.shown(with_empty));
    }
    lines
}

/// Where the fiscal years begin that the periods end in.
#[must_use]
pub fn begins_of_years(periods: &[ReportPeriod], year: FiscalYear) -> Vec<Bound> {
    let begin = |period: &ReportPeriod| period.end.last().map_or(Bound::BEGIN, |last| year.begin_around(last));
    periods.iter().map(begin).collect()
}

/// The lines of one currency.
struct Sheet {
    currency: Currency,
    columns: usize,
    lines: Vec<SheetLine>,
    /// The total of the type whose lines are being added.
    open: Totals,
    closed: Vec<(AccountType, Totals)>,
}

#[derive(Clone, Default)]
struct Totals {
    amounts: Vec<i128>,
    to_date: Vec<i128>,
}

impl Sheet {
    /// Of rows that are all in one currency.
    fn new(rows: &[BalanceRow], columns: usize) -> Self {
        let currency = rows[0].currency;
        Self { currency, columns, lines: Vec::new(), open: Totals::default(), closed: Vec::new() }
    }

    fn add(&mut self, row: &BalanceRow, amounts: Vec<i128>, to_date: Vec<i128>, is_shown: bool) {
        self.open.amounts.resize(amounts.len(), 0);
        self.open.to_date.resize(to_date.len(), 0);
        add(&mut self.open.amounts, &amounts, 1);
        add(&mut self.open.to_date, &to_date, 1);
        if is_shown || amounts.iter().chain(&to_date).any(|amount| *amount != 0) {
            let kind = LineKind::Accounts(row.account_type);
            let path = Some(row.path.clone());
            self.lines.push(SheetLine { kind, path, currency: self.currency, amounts, to_date });
        }
    }

    /// Ends the lines of a type.
    fn total(&mut self, account_type: AccountType) {
        let mut totals = std::mem::take(&mut self.open);
        totals.amounts.resize(self.columns, 0);
        if is_of_income(account_type) {
            totals.to_date.resize(self.columns, 0);
        }
        self.closed.push((account_type, totals.clone()));
        self.computed(LineKind::Total(account_type), totals.amounts, totals.to_date);
    }

    /// A currency of which no account is shown has no totals either.
    fn shown(self, with_empty: ShowEmpty) -> Vec<SheetLine> {
        let has_accounts = self.lines.iter().any(|line| line.path.is_some());
        let has_anything = self.lines.iter().any(|line| line.amounts.iter().any(|amount| *amount != 0));
        if has_accounts || has_anything || with_empty == ShowEmpty::Yes { self.lines } else { Vec::new() }
    }

    fn computed(&mut self, kind: LineKind, amounts: Vec<i128>, to_date: Vec<i128>) {
        self.lines.push(SheetLine { kind, path: None, currency: self.currency, amounts, to_date });
    }

    fn totals_of<const N: usize>(&self, types: [AccountType; N]) -> [Vec<i128>; N] {
        types.map(|account_type| self.totals(account_type).amounts)
    }

    fn totals_to_date<const N: usize>(&self, types: [AccountType; N]) -> [Vec<i128>; N] {
        types.map(|account_type| self.totals(account_type).to_date)
    }

    fn totals(&self, account_type: AccountType) -> Totals {
        let totals = self.closed.iter().find(|(closed, _)| *closed == account_type);
        totals.map(|(_, totals)| totals.clone()).unwrap_or_default()
    }
}

fn add(sums: &mut [i128], amounts: &[i128], sign: i128) {
    for (sum, amount) in sums.iter_mut().zip(amounts) {
        *sum += sign * amount;
    }
}

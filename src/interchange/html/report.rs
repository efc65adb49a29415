//! HTML pages of the balance sheet, the income statement and the trial balance.

use crate::facts::AccountType;
use crate::interchange::html::page::{Page, Row};
use crate::interchange::html::plot::{Drawn, Plot};
use crate::interchange::plain_text::decimal;
use crate::ledger::{LineKind, SheetLine, TrialBalanceLine};
use crate::money::{Currency, CurrencyCode};

/// What all pages of reports have: what they are of, and the columns that they have.
#[derive(Clone, Debug)]
pub struct BalancePage<'a> {
    /// The report's name.
    pub report: &'static str,
    /// The span or the moments that it is of.
    pub of: String,
    /// The time zone of its days.
    pub zone: String,
    /// What was known then, where not all is.
    pub known_at: Option<String>,
    /// The currency in which all amounts are valued, where they are.
    pub valued_in: Option<CurrencyCode>,
    /// The names of the columns.
    pub periods: &'a [String],
    /// Whether both sides agree, and in which words.
    pub verdict: Option<&'static str>,
}

/// The columns of texts, before those of amounts.
const TEXTS: usize = 2;

/// A balance sheet: what is owned and owed over time, and below it the table.
#[must_use]
pub fn sheet_page(asked: &BalancePage<'_>, lines: &[SheetLine]) -> String {
    let mut page = asked.begin();
    let kinds = [
        ("Assets", LineKind::Total(AccountType::Asset)),
        ("Liabilities", LineKind::Total(AccountType::Liability)),
        ("Equity", LineKind::Total(AccountType::Equity)),
    ];
    asked.plot(&mut page, lines, &kinds, Drawn::Lines);
    asked.sheet(&mut page, lines);
    asked.end(page)
}

/// An income statement: revenue and expenses by period, and below it the table.
#[must_use]
pub fn income_page(asked: &BalancePage<'_>, lines: &[SheetLine]) -> String {
    let mut page = asked.begin();
    let kinds = [
        ("Revenue", LineKind::Total(AccountType::Revenue)),
        ("Expenses", LineKind::Total(AccountType::Expense)),
        ("Net income", LineKind::NetIncome),
    ];
    asked.plot(&mut page, lines, &kinds, Drawn::Bars);
    asked.sheet(&mut page, lines);
    asked.end(page)
}

/// A trial balance: a table for each period.
#[must_use]
pub fn trial_balance_page(asked: &BalancePage<'_>, lines: &[TrialBalanceLine]) -> String {
    const COLUMNS: [&str; 8] =
        ["Account", "Currency", "Opening", "Debits", "Credits", "Closing", "Debit balance", "Credit balance"];
    const VALUED: &str = "Valuation difference";
    let columns = || COLUMNS.into_iter().chain(asked.valued_in.map(|_| VALUED));
    let mut page = asked.begin();
    for (index, period) in asked.periods.iter().enumerate() {
        page.begin_table(period, columns(), TEXTS);
        for line in lines {
            let Some(cell) = line.cells.get(index) else { continue };
            let amounts =
                [cell.opening, cell.debits, cell.credits, cell.closing, cell.debit_balance, cell.credit_balance];
            let amounts = amounts.into_iter().chain(cell.valuation_difference);
            let numbers: Vec<_> = amounts.map(|minor| decimal(minor, line.currency.exponent())).collect();
            let (row, name) = line.path.as_deref().map_or((Row::Total, "Total"), |path| (Row::Plain, path));
            let code = line.currency.code();
            let texts = [name, code.as_str()];
            page.row(row, texts.into_iter().chain(numbers.iter().map(String::as_str)), TEXTS);
        }
        page.end_table();
    }
    asked.end(page)
}

impl BalancePage<'_> {
    fn begin(&self) -> Page {
        let mut page = Page::begin(&format!("{}, {}", self.report, self.of), self.report);
        let known = self.known_at.as_deref().map(|known| ("As known at", known));
        let days = format!("of {}", self.zone);
        let valued = self.valued_in.map(|code| format!("in {code}, at the prices of the last day of each column"));
        let valued = valued.as_deref().map(|valued| ("Valued", valued));
        page.facts([("Period", self.of.as_str()), ("Days", days.as_str())].into_iter().chain(valued).chain(known));
        page
    }

    fn end(&self, page: Page) -> String {
        page.end(self.verdict.unwrap_or_default())
    }

    /// A plot for each currency, of the lines of some kinds.
    fn plot(&self, page: &mut Page, lines: &[SheetLine], kinds: &[(&'static str, LineKind)], drawn: Drawn) {
        for (number, lines) in lines.chunk_by(|a, b| a.currency == b.currency).enumerate() {
            let find = |kind: LineKind| lines.iter().find(|line| line.kind == kind);
            let series = kinds.iter().filter_map(|(name, kind)| Some((*name, find(*kind)?.amounts.as_slice())));
            let series: Vec<_> =
                series.map(|(name, amounts)| (name, &amounts[..amounts.len().min(self.periods.len())])).collect();
            let Some(currency) = lines.first().map(|line| line.currency).filter(|_| !series.is_empty()) else {
                continue;
            };
            let title = format!("{} in {}", self.report, currency.code());
            let description = format!("{}. The table below has the same amounts.", self.described(&series, currency));
            Plot { number, title, description, currency, labels: self.periods, series }.draw(page, drawn);
        }
    }

    /// The first and the last amount of each series, for those who do not see the plot.
    fn described(&self, series: &[(&'static str, &[i128])], currency: Currency) -> String {
        let number = |minor: i128| format!("{} {}", decimal(minor, currency.exponent()), currency.code());
        let told = series.iter().filter_map(|(name, amounts)| {
            let ends = amounts.first().zip(amounts.last()).zip(self.periods.first().zip(self.periods.last()))?;
            let ((first, last), (from, to)) = ends;
            Some(if from == to {
                format!("{name} {} in {from}", number(*first))
            } else {
                format!("{name} {} in {from} and {} in {to}", number(*first), number(*last))
            })
        });
        told.collect::<Vec<_>>().join("; ")
    }

    fn sheet(&self, page: &mut Page, lines: &[SheetLine]) {
        let columns = ["Account", "Currency"].into_iter().chain(self.periods.iter().map(String::as_str));
        page.begin_table(&self.of, columns, TEXTS);
        for line in lines {
            let numbers: Vec<_> = line.amounts.iter().map(|minor| decimal(*minor, line.currency.exponent())).collect();
            let (row, name) = line.path.as_deref().map_or((Row::Total, words(line.kind)), |path| (Row::Plain, path));
            let code = line.currency.code();
            let texts = [name, code.as_str()];
            page.row(row, texts.into_iter().chain(numbers.iter().map(String::as_str)), TEXTS);
        }
        page.end_table();
    }
}

const fn words(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Accounts(_) => "Accounts",
        LineKind::Total(AccountType::Asset) => "Total assets",
        LineKind::Total(AccountType::Liability) => "Total liabilities",
        LineKind::Total(AccountType::Equity) => "Total equity",
        LineKind::Total(AccountType::Revenue) => "Total revenue",
        LineKind::Total(AccountType::Expense) => "Total expenses",
        LineKind::RetainedEarnings => "Retained earnings",
        LineKind::ValuationDifference => "Valuation difference",
        LineKind::LiabilitiesAndEquity => "Liabilities and equity",
        LineKind::Difference => "Difference",
        LineKind::NetIncome => "Net income",
        LineKind::ClosedToEquity => "Closed to equity",
    }
}

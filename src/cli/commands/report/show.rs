//! What reports look like: side by side for people, one record a line and period for programs.

use serde_json::{Map, Value};

use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::output::Output;
use crate::cli::table::{Column, Need, Table};
use crate::cli::talk::say;
use crate::cli::zone::Zone;
use crate::interchange::{BalancePage, income_page, sheet_page, trial_balance_page};
use crate::ledger::{Bound, LineKind, ReportPeriod, SheetLine, ShowEmpty, TableRequest, TrialBalanceLine};
use crate::wire::{Kind, Record, ReportHead, ReportTail, SheetRecord, TrialBalanceRecord, WideRow};

/// What is said below a trial balance and a balance sheet, where both sides agree and where they do not.
const TRIAL_BALANCE_WORDS: [&str; 2] = ["Debits equal credits.", "Debits and credits differ; run: teller verify"];
const BALANCE_SHEET_WORDS: [&str; 2] =
    ["Assets equal liabilities and equity.", "Assets differ from liabilities and equity; run: teller verify"];
/// How many lines are written at once.
const LINES_PER_PAGE: usize = 500;
/// A column of tables, as its record calls it.
const YEAR_TO_DATE: &str = "year_to_date";
const CHANGE: &str = "change";

/// What is asked for, as it is read.
pub(super) struct Asked {
    /// The columns, and behind them the one that the first is compared with.
    pub periods: Vec<ReportPeriod>,
    /// Where the fiscal years begin that they end in.
    pub years: Vec<Bound>,
    /// The same columns in local time, by which they are named.
    pub named: Vec<ReportPeriod>,
    pub zone: Zone,
    pub is_compared: bool,
    pub with_empty: ShowEmpty,
    pub request: TableRequest,
}

impl Asked {
    /// The columns that have records of their own.
    fn shown(&self) -> &[ReportPeriod] {
        if self.is_compared { &self.periods[..1] } else { &self.periods }
    }

    /// Whether both sides agree, of a report that has both.
    fn balanced(&self, is_balanced: bool) -> Option<bool> {
        self.request.prefix.is_empty().then_some(is_balanced)
    }

    fn head(&self, report: &'static str, names: &[String]) -> ReportHead {
        let (shown, compared) = names.split_at(self.shown().len());
        let (shown, compared) = (shown.to_vec(), compared.first().cloned());
        ReportHead::new(report, self.zone.to_string(), shown, compared, self.request.recorded_at)
    }

    /// What a page is told besides its lines.
    fn page<'a>(
        &self,
        report: &'static str,
        of: String,
        periods: &'a [String],
        verdict: Option<&'static str>,
    ) -> BalancePage<'a> {
        let known_at = self.request.recorded_at.map(|at| at.to_string());
        BalancePage { report, of, known_at, periods, verdict }
    }

    /// Writes what stands above a table.
    fn title(&self, output: &Output, report: &str, of: &str) -> Result<(), Failure> {
        let known =
            self.request.recorded_at.map(|at| format!(", as known at {}", self.zone.show(at))).unwrap_or_default();
        output.text_line(&format!("{report}, {of}, {}{known}", self.zone))
    }

    /// The name of the span that all columns make together.
    fn span(&self) -> String {
        let named = &self.named[..self.shown().len()];
        let ends = named.first().zip(named.last());
        ends.map_or_else(String::new, |(first, last)| ReportPeriod { begin: first.begin, end: last.end }.to_string())
    }
}

/// Writes the report. Returns whether both sides agree; `None` if the report has only one side.
pub(super) fn show_trial_balance(
    output: &Output,
    asked: &Asked,
    lines: &[TrialBalanceLine],
) -> Result<Option<bool>, Failure> {
    let shown = asked.shown();
    let mut totals = lines.iter().filter(|line| line.path.is_none()).flat_map(|line| &line.cells);
    let is_balanced = totals.all(|cell| cell.debits == cell.credits && cell.debit_balance == cell.credit_balance);
    let balanced = asked.balanced(is_balanced);
    let names: Vec<_> = asked.named.iter().map(ToString::to_string).collect();
    let records = (0..shown.len()).flat_map(|index| {
        let name = &names[index];
        lines.iter().map(move |line| {
            let compared = asked.is_compared.then(|| &line.cells[1]);
            TrialBalanceRecord::new(line, name, shown[index], &line.cells[index], compared)
        })
    });
    if output.format == Format::Html {
        let page = asked.page("Trial balance", asked.span(), &names, said(balanced, TRIAL_BALANCE_WORDS));
        output.raw(trial_balance_page(&page, lines).as_bytes())?;
        return Ok(balanced);
    }
    if output.format != Format::Table {
        return list(output, &asked.head("trial_balance", &names), records, balanced);
    }
    asked.title(output, "Trial balance", &asked.span())?;
    let mut columns = if shown.len() > 1 { vec![words("period")] } else { Vec::new() };
    columns.extend([words("account"), words("currency"), where_room("opening"), number("debits"), number("credits")]);
    columns.extend([number("closing"), where_room("debit"), where_room("credit")]);
    if asked.request.with_held {
        columns.push(number("held"));
    }
    if asked.is_compared {
        columns.extend([number(&names[1]), number(CHANGE)]);
    }
    table(
        output,
        records.map(|record| WideRow::of_trial_balance(&record, names.get(1).map(String::as_str))),
        &columns,
    )?;
    tell_balance(output, balanced, TRIAL_BALANCE_WORDS, lines.len())
}

/// Writes the report. Returns whether both sides agree; `None` if the report has only one side.
pub(super) fn show_balance_sheet(output: &Output, asked: &Asked, lines: &[SheetLine]) -> Result<Option<bool>, Failure> {
    let mut differences = lines.iter().filter(|line| line.kind == LineKind::Difference);
    let balanced = asked.balanced(differences.all(|line| line.amounts.iter().all(|amount| *amount == 0)));
    let names: Vec<_> = asked.named.iter().map(|period| period.end_name()).collect();
    let of = match &names[..asked.shown().len()] {
        [first, .., last] => format!("{first}..{last}"),
        names => names.concat(),
    };
    if output.format == Format::Html {
        let page = asked.page("Balance sheet", of, &names, said(balanced, BALANCE_SHEET_WORDS));
        output.raw(sheet_page(&page, lines).as_bytes())?;
        return Ok(balanced);
    }
    if output.format != Format::Table {
        return list(output, &asked.head("balance_sheet", &names), records(asked, &names, lines), balanced);
    }
    asked.title(output, "Balance sheet", &of)?;
    sheet_table(output, asked, names, lines)?;
    tell_balance(output, balanced, BALANCE_SHEET_WORDS, lines.len())
}

/// There are no two sides that could agree.
pub(super) fn show_income_statement(
    output: &Output,
    asked: &Asked,
    lines: &[SheetLine],
) -> Result<Option<bool>, Failure> {
    let mut names: Vec<_> = asked.named.iter().map(ToString::to_string).collect();
    if output.format == Format::Html {
        let page = asked.page("Income statement", asked.span(), &names, None);
        output.raw(income_page(&page, lines).as_bytes())?;
        return Ok(None);
    }
    if output.format != Format::Table {
        return list(output, &asked.head("income_statement", &names), records(asked, &names, lines), None);
    }
    asked.title(output, "Income statement", &asked.span())?;
    if !asked.is_compared {
        names.push(YEAR_TO_DATE.to_owned());
    }
    sheet_table(output, asked, names, lines)?;
    tell_balance(output, None, ["", ""], lines.len())
}

fn records<'a>(
    asked: &'a Asked,
    names: &'a [String],
    lines: &'a [SheetLine],
) -> impl Iterator<Item = SheetRecord> + 'a {
    let compared = asked.is_compared.then_some(1);
    let shown = asked.shown();
    lines.iter().flat_map(move |line| {
        (0..shown.len()).map(move |index| SheetRecord::new(line, &names[index], shown[index], index, compared))
    })
}

/// The periods side by side, and behind them the change of what is compared, or the year up to the last of them.
fn sheet_table(output: &Output, asked: &Asked, mut names: Vec<String>, lines: &[SheetLine]) -> Result<(), Failure> {
    if asked.is_compared {
        names.push(CHANGE.to_owned());
    }
    let rows = lines.iter().map(|line| {
        let mut amounts = line.amounts.clone();
        if asked.is_compared {
            amounts.push(amounts[0] - amounts[1]);
        } else {
            amounts.extend(line.to_date.last());
        }
        WideRow::of_sheet(line, &names, &amounts)
    });
    let rows: Vec<_> = rows.map(WideRow::into_fields).collect();
    // As many periods side by side as fit, and the others below.
    let block = |periods: &[String]| {
        [words("account"), words("currency")]
            .into_iter()
            .chain(periods.iter().map(|name| number(name)))
            .collect::<Vec<_>>()
    };
    let screen = output.screen();
    let fits = |count: &usize| {
        let width = |periods| Table::natural_width(&block(periods), &rows, screen);
        names.chunks(*count).all(|periods| screen.width.is_none_or(|most| width(periods) <= most))
    };
    let count = (1..=names.len()).rev().find(fits).unwrap_or(1);
    for (index, periods) in names.chunks(count).enumerate() {
        if index > 0 && !rows.is_empty() {
            output.text_line("")?;
        }
        write_table(output, &rows, &block(periods))?;
    }
    Ok(())
}

fn words(name: &str) -> Column {
    Column { name: name.to_owned(), kind: Kind::Text, need: Need::Always }
}

fn number(name: &str) -> Column {
    Column { name: name.to_owned(), kind: Kind::Number, need: Need::Always }
}

fn where_room(name: &str) -> Column {
    Column { need: Need::Room, ..number(name) }
}

/// Writes records page by page, inside of what is said of all of them.
fn list<R: Record>(
    output: &Output,
    head: &ReportHead,
    records: impl Iterator<Item = R>,
    balanced: Option<bool>,
) -> Result<Option<bool>, Failure> {
    let mut list = output.list::<R>().inside(head)?;
    pages(records, |page| list.add(page))?;
    list.end_before(&ReportTail::new(balanced))?;
    Ok(balanced)
}

fn table(output: &Output, rows: impl Iterator<Item = WideRow>, columns: &[Column]) -> Result<(), Failure> {
    let rows: Vec<_> = rows.map(WideRow::into_fields).collect();
    write_table(output, &rows, columns)
}

fn write_table(output: &Output, rows: &[Map<String, Value>], columns: &[Column]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let table = Table::of(columns, rows, output.screen());
    output.text_line(&table.header())?;
    rows.iter().try_for_each(|row| output.text_line(&table.row(row)))
}

fn pages<R>(rows: impl Iterator<Item = R>, mut write: impl FnMut(&[R]) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut page = Vec::with_capacity(LINES_PER_PAGE);
    for row in rows {
        page.push(row);
        if page.len() == LINES_PER_PAGE {
            write(&page)?;
            page.clear();
        }
    }
    if page.is_empty() { Ok(()) } else { write(&page) }
}

/// In which words it is said whether both sides agree.
fn said(balanced: Option<bool>, [yes, no]: [&'static str; 2]) -> Option<&'static str> {
    balanced.map(|balanced| if balanced { yes } else { no })
}

fn tell_balance(
    output: &Output,
    balanced: Option<bool>,
    [yes, no]: [&str; 2],
    lines: usize,
) -> Result<Option<bool>, Failure> {
    if lines == 0 {
        say("There was nothing, and nothing moved.");
    } else if let Some(balanced) = balanced {
        output.text_line(if balanced { yes } else { no })?;
    }
    Ok(balanced)
}

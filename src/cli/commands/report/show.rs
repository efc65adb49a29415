//! What reports look like: side by side for people, one record a line and period for programs.

use serde_json::{Map, Value};

use crate::cli::cut::wrap;
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::output::Output;
use crate::cli::table::{Column, Need, Table};
use crate::cli::talk::say;
use crate::interchange::{BalancePage, income_page, sheet_page, trial_balance_page};
use crate::ledger::{Report, SheetLine, TrialBalanceLine};
use crate::wire::{AskedReport, Kind, Record, ReportKind, ReportTail, WideRow};

/// What is said below a trial balance and a balance sheet, where both sides agree and where they do not.
const TRIAL_BALANCE_WORDS: [&str; 2] = ["Debits equal credits.", "Debits and credits differ; run: teller verify"];
const BALANCE_SHEET_WORDS: [&str; 2] =
    ["Assets equal liabilities and equity.", "Assets differ from liabilities and equity; run: teller verify"];
/// How many lines are written at once.
const LINES_PER_PAGE: usize = 500;
/// A column of tables, as its record calls it.
const YEAR_TO_DATE: &str = "year_to_date";
const CHANGE: &str = "change";

/// Writes the report. Returns whether both sides agree; `None` if the report has only one side.
pub(super) fn show_trial_balance(
    output: &Output,
    asked: &AskedReport,
    report: &Report<TrialBalanceLine>,
) -> Result<Option<bool>, Failure> {
    let (names, balanced) = (asked.names(), report.balanced);
    match output.format {
        Format::Html => {
            let page = page(output, asked, &names, said(balanced, TRIAL_BALANCE_WORDS));
            output.raw(trial_balance_page(&page, &report.lines).as_bytes())?;
            return Ok(balanced);
        }
        Format::Table => {}
        Format::Json | Format::Ndjson | Format::Csv => {
            return list(output, asked, asked.trial_balance_records(report), balanced);
        }
    }
    title(output, asked)?;
    let mut keys = if asked.shown().len() > 1 { vec![words("period")] } else { Vec::new() };
    keys.extend([words("account"), words("currency")]);
    let mut groups = vec![["opening", "debits", "credits", "closing"].map(number).to_vec()];
    if asked.is_compared() {
        groups.push(vec![number(&names[1]), number(CHANGE)]);
    }
    if asked.valued_in.is_some() {
        groups.push(vec![number("valuation_difference")]);
    }
    groups.push(["debit", "credit"].map(number).to_vec());
    if asked.request.table.with_held {
        groups.push(vec![number("held")]);
    }
    let compared = names.get(1).map(String::as_str);
    let rows = asked.trial_balance_records(report).map(|record| WideRow::of_trial_balance(&record, compared));
    write_groups(output, &rows.map(WideRow::into_fields).collect::<Vec<_>>(), &keys, groups)?;
    tell_balance(output, balanced, TRIAL_BALANCE_WORDS, report.lines.len())
}

/// Writes a balance sheet or an income statement. Returns whether both sides agree; `None` if the report has only one side.
pub(super) fn show_sheet(
    output: &Output,
    asked: &AskedReport,
    report: &Report<SheetLine>,
) -> Result<Option<bool>, Failure> {
    let balanced = report.balanced;
    match output.format {
        Format::Html => {
            let names = asked.names();
            let page = page(output, asked, &names, said(balanced, BALANCE_SHEET_WORDS));
            let html = match asked.kind {
                ReportKind::IncomeStatement => income_page(&page, &report.lines),
                ReportKind::BalanceSheet | ReportKind::TrialBalance => sheet_page(&page, &report.lines),
            };
            output.raw(html.as_bytes())?;
            Ok(balanced)
        }
        Format::Table => {
            title(output, asked)?;
            sheet_table(output, asked, &report.lines)?;
            tell_balance(output, balanced, BALANCE_SHEET_WORDS, report.lines.len())
        }
        Format::Json | Format::Ndjson | Format::Csv => list(output, asked, asked.sheet_records(report), balanced),
    }
}

const fn name_of(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::TrialBalance => "Trial balance",
        ReportKind::BalanceSheet => "Balance sheet",
        ReportKind::IncomeStatement => "Income statement",
    }
}

/// What a page is told besides its lines.
fn page<'a>(
    output: &Output,
    asked: &AskedReport,
    periods: &'a [String],
    verdict: Option<&'static str>,
) -> BalancePage<'a> {
    let known_at = asked.request.table.recorded_at.map(|at| at.to_string());
    let zone = output.look.zone.to_string();
    let (report, of, valued_in) = (name_of(asked.kind), asked.name(), asked.valued_in);
    BalancePage { report, of, zone, known_at, valued_in, periods, verdict }
}

/// Writes what stands above a table.
fn title(output: &Output, asked: &AskedReport) -> Result<(), Failure> {
    let zone = output.look.zone;
    let known = asked.request.table.recorded_at.map(|at| format!(", as known at {}", zone.show(at)));
    let known = known.unwrap_or_default();
    let title = format!("{}, {}, {zone}{known}", name_of(asked.kind), asked.name());
    let valued = asked.valued_in.map(|code| format!("Valued in {code} at the prices of the last day of each column"));
    let width = output.screen().width.unwrap_or(usize::MAX);
    let lines = [Some(title), valued].into_iter().flatten().flat_map(|text| wrap(&text, width));
    lines.collect::<Vec<_>>().iter().try_for_each(|line| output.text_line(line))
}

/// The periods side by side, and behind them the change of what is compared, or the year up to the last of them.
fn sheet_table(output: &Output, asked: &AskedReport, lines: &[SheetLine]) -> Result<(), Failure> {
    let mut names = asked.names();
    if asked.is_compared() {
        names.push(CHANGE.to_owned());
    } else if asked.kind == ReportKind::IncomeStatement {
        names.push(YEAR_TO_DATE.to_owned());
    }
    let rows = lines.iter().map(|line| {
        let mut amounts = line.amounts.clone();
        if asked.is_compared() {
            amounts.push(amounts[0] - amounts[1]);
        } else {
            amounts.extend(line.to_date.last());
        }
        WideRow::of_sheet(line, &names, &amounts)
    });
    let rows: Vec<_> = rows.map(WideRow::into_fields).collect();
    let groups = if asked.is_compared() {
        vec![names.iter().map(|name| number(name)).collect()]
    } else {
        names.iter().map(|name| vec![number(name)]).collect()
    };
    write_groups(output, &rows, &[words("account"), words("currency")], groups)
}

/// Writes tables one below the other, each with the columns that say what a row is about. Each has as many groups of figures as have room
/// side by side. Figures of one group belong together, and are never parted.
fn write_groups(
    output: &Output,
    rows: &[Map<String, Value>],
    keys: &[Column],
    groups: Vec<Vec<Column>>,
) -> Result<(), Failure> {
    let screen = output.screen();
    let is_too_wide = |group: &Vec<Column>| Table::of(&[keys, &group[..]].concat(), rows, screen).is_of_blocks();
    if groups.iter().any(is_too_wide) {
        return write_table(output, rows, &[keys, &groups.concat()[..]].concat());
    }
    let mut tables: Vec<Vec<Column>> = Vec::new();
    for group in groups {
        let wider = tables.last().map(|table| [&table[..], &group[..]].concat());
        match (tables.last_mut(), wider.filter(|wider| Table::has_room(wider, rows, screen))) {
            (Some(table), Some(wider)) => *table = wider,
            _ => tables.push([keys, &group[..]].concat()),
        }
    }
    for (index, columns) in tables.iter().enumerate() {
        if index > 0 && !rows.is_empty() {
            output.text_line("")?;
        }
        write_table(output, rows, columns)?;
    }
    Ok(())
}

fn words(name: &str) -> Column {
    Column { name: name.to_owned(), kind: Kind::Text, need: Need::Always }
}

fn number(name: &str) -> Column {
    Column { name: name.to_owned(), kind: Kind::Number, need: Need::Always }
}

/// Writes records page by page, inside of what is said of all of them.
fn list<R: Record>(
    output: &Output,
    asked: &AskedReport,
    records: impl Iterator<Item = R>,
    balanced: Option<bool>,
) -> Result<Option<bool>, Failure> {
    let mut list = output.list::<R>().inside(&asked.head(output.look.zone.to_string()))?;
    pages(records, |page| list.add(page))?;
    list.end_before(&ReportTail::new(balanced))?;
    Ok(balanced)
}

fn write_table(output: &Output, rows: &[Map<String, Value>], columns: &[Column]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut table = Table::of(columns, rows, output.screen());
    table.show(rows).iter().try_for_each(|line| output.text_line(line))
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

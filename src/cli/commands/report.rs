use std::time::{Duration, Instant as Stopwatch};

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::parse;
use crate::cli::failure::Failure;
use crate::cli::output::{Format, Output};
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::cli::{Context, Ending};
use crate::error::{Error, InputError};
use crate::facts::Instant;
use crate::ledger::{
    BalanceTable, Bound, Comparison, FiscalYear, Ledger, LineKind, PeriodUnit, ReportPeriod, SheetLine, ShowEmpty,
    TableRequest, TrialBalanceLine, balance_sheet, begins_of_years, income_statement, trial_balance,
};
use crate::wire::{
    Record, ReportHead, ReportTail, SheetRecord, TrialBalanceRecord, WideRow, read_moments, read_month,
};

/// The list of a report in JSON.
const LINES: &str = "lines";
/// How many lines are written at once.
const LINES_PER_PAGE: usize = 500;
/// A report that takes longer shows how far it is.
const QUIET: Duration = Duration::from_secs(1);

#[derive(Subcommand)]
pub(in crate::cli) enum ReportCommand {
    /// What every account had, what moved, and what it has
    #[command(after_help = TRIAL_BALANCE_HELP)]
    TrialBalance(TrialBalanceArgs),
    /// What is owned and owed at the end of a day or a month
    #[command(after_help = BALANCE_SHEET_HELP)]
    BalanceSheet(ReportArgs),
    /// What was earned and spent
    #[command(after_help = INCOME_STATEMENT_HELP)]
    IncomeStatement(ReportArgs),
}

const TRIAL_BALANCE_HELP: &str = "\
Examples:
  teller report trial-balance --month 2026-09
  teller report trial-balance --month 2026-09 --recorded-at 2026-10-05
  teller report trial-balance --from 2026-01 --to 2027 --every month --depth 1 --format csv

Opening and closing stand on the normal side of the accounts; the last two columns have the closing balance as debit or \
credit. Days and months are those of UTC. Without a time everything up to now counts.";

const BALANCE_SHEET_HELP: &str = "\
Examples:
  teller report balance-sheet --at 2026-09-30
  teller report balance-sheet --month 2026-09 --compare year --depth 1
  teller report balance-sheet --from 2026-01 --to 2027 --every quarter

Retained earnings are revenue less expense to date; they are computed, and not posted. Days and months are those of UTC. \
Without a time it is that of now.";

const INCOME_STATEMENT_HELP: &str = "\
Examples:
  teller report income-statement --month 2026-09
  teller report income-statement --from 2026 --to 2027 --every month --format csv
  teller report income-statement --at 2026-09-30 --fiscal-year-start 04 --compare year

What is moved between revenue or expense and accounts of the type equity, as when a year is closed, is shown by itself. \
Days and months are those of UTC. Without a time it is the fiscal year up to now; --at is the fiscal year up to then.";

#[derive(Args)]
pub(in crate::cli) struct TrialBalanceArgs {
    #[command(flatten)]
    report: ReportArgs,
    /// Also what open holds reserve now; they are no part of balances
    #[arg(long, conflicts_with = "recorded_at")]
    held: bool,
}

#[derive(Args)]
pub(in crate::cli) struct ReportArgs {
    /// A month: 2026-09
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["from", "to", "at"])]
    month: Option<String>,
    /// From the first moment of this day, month, year or time on: 2026-09-01
    #[arg(long, value_name = "TIME", conflicts_with = "at")]
    from: Option<String>,
    /// Before the first moment of this day, month, year or time
    #[arg(long, value_name = "TIME", conflicts_with = "at")]
    to: Option<String>,
    /// Up to the end of this day, month, year or time
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// What the ledger knew at the end of this day, month, year or time
    #[arg(long, value_name = "TIME")]
    recorded_at: Option<String>,
    /// One column for each
    #[arg(long, value_enum, value_name = "UNIT", conflicts_with = "compare")]
    every: Option<Unit>,
    /// How many parts of the names tell the rows apart [default: each account is a row]
    #[arg(long, value_name = "PARTS")]
    depth: Option<usize>,
    /// Only accounts whose names begin so
    #[arg(long, value_name = "TEXT")]
    prefix: Option<String>,
    /// Only accounts in this currency
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Show accounts too that have nothing and did not move
    #[arg(long)]
    zero: bool,
    /// Compare with the span before, or with the same a year earlier
    #[arg(long, value_enum, value_name = "WITH")]
    compare: Option<Compared>,
    /// The month in which the fiscal year begins
    #[arg(long, value_name = "MONTH", default_value = "01")]
    fiscal_year_start: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unit {
    /// From midnight to midnight
    Day,
    /// From Monday to Sunday
    Week,
    /// A calendar month
    Month,
    /// Three months of the fiscal year
    Quarter,
    /// A fiscal year
    Year,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Compared {
    /// The span of the same length before
    Previous,
    /// The same span a year earlier
    Year,
}

/// Where a report begins that is not told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    OfBook,
    OfFiscalYear,
}

/// What is asked for, as it is read.
struct Asked {
    /// The columns, and behind them the one that the first is compared with.
    periods: Vec<ReportPeriod>,
    is_compared: bool,
    year: FiscalYear,
    with_empty: ShowEmpty,
    request: TableRequest,
}

pub(in crate::cli) fn run(context: &Context, command: &ReportCommand) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    match command {
        ReportCommand::TrialBalance(arguments) => {
            let mut asked = arguments.report.read(&ledger, Begin::OfBook)?;
            asked.request.with_held = arguments.held;
            let bounds = asked.periods.iter().flat_map(|period| [period.begin, period.end]).collect();
            let table = asked.table(&ledger, bounds)?;
            let lines = trial_balance(&table, &asked.periods, asked.with_empty);
            show_trial_balance(&context.output, &asked, &lines)
        }
        ReportCommand::BalanceSheet(arguments) => {
            let asked = arguments.read(&ledger, Begin::OfBook)?;
            let ends = asked.periods.iter().map(|period| period.end);
            let begins = asked.periods.iter().map(|period| period.begin).filter(|begin| *begin > Bound::BEGIN);
            let table = asked.table(&ledger, begins.chain(ends).collect())?;
            let lines = balance_sheet(&table, &asked.periods, asked.with_empty);
            show_sheet(&context.output, &asked, "balance_sheet", &lines)
        }
        ReportCommand::IncomeStatement(arguments) => {
            let mut asked = arguments.read(&ledger, Begin::OfFiscalYear)?;
            asked.request.only_income = true;
            let mut bounds = begins_of_years(&asked.periods, asked.year);
            bounds.extend(asked.periods.iter().flat_map(|period| [period.begin, period.end]));
            let table = asked.table(&ledger, bounds)?;
            let lines = income_statement(&table, &asked.periods, asked.year, asked.with_empty);
            show_sheet(&context.output, &asked, "income_statement", &lines)
        }
    }
}

impl ReportArgs {
    fn read(&self, ledger: &Ledger, begin: Begin) -> Result<Asked, Failure> {
        let now = ledger.clock().now();
        let year = FiscalYear::beginning_in(self.fiscal_year_start).map_err(Error::from)?;
        let span = self.span(now, year, begin).map_err(Error::from)?;
        let periods = match (self.every, self.compare) {
            (Some(unit), _) => span.split(unit.into(), year),
            (None, Some(compared)) => span.earlier(compared.into()).map(|earlier| vec![span, earlier]),
            (None, None) => Ok(vec![span]),
        };
        let recorded_at = self.recorded_at.as_deref().map(|text| read_moments(text, now)).transpose();
        let request = TableRequest {
            prefix: self.prefix.clone().unwrap_or_default(),
            currency: self.currency.as_deref().map(parse).transpose()?,
            depth: self.depth,
            recorded_at: recorded_at.map_err(Error::from)?.map(|moments| moments.last),
            ..TableRequest::default()
        };
        Ok(Asked {
            periods: periods.map_err(Error::from)?,
            is_compared: self.compare.is_some(),
            year,
            with_empty: if self.zero { ShowEmpty::Yes } else { ShowEmpty::No },
            request,
        })
    }

    fn span(&self, now: Instant, year: FiscalYear, begin: Begin) -> Result<ReportPeriod, InputError> {
        let read = |text: &Option<String>| text.as_deref().map(|text| read_moments(text, now)).transpose();
        if let Some(month) = &self.month {
            let month = read_month(month)?;
            return ReportPeriod::new(Bound::before(month.first), Bound::behind(month.last));
        }
        let end = match (read(&self.at)?, read(&self.to)?) {
            (Some(at), _) => Bound::behind(at.last),
            (None, Some(to)) => Bound::before(to.first),
            (None, None) => Bound::behind(now),
        };
        let begin = match (read(&self.from)?, begin) {
            (Some(from), _) => Bound::before(from.first),
            (None, Begin::OfBook) => Bound::BEGIN,
            (None, Begin::OfFiscalYear) => end.last().map_or(Bound::BEGIN, |last| year.begin_around(last)),
        };
        ReportPeriod::new(begin, end)
    }
}

impl Asked {
    fn table(&self, ledger: &Ledger, bounds: Vec<Bound>) -> Result<BalanceTable, Failure> {
        let bar = Progress::endless("Reading", "transfers");
        let begin = Stopwatch::now();
        let mut show = |transfers| {
            if begin.elapsed() > QUIET {
                bar.show(transfers);
            }
        };
        Ok(ledger.balance_table(&TableRequest { bounds, ..self.request.clone() }, &mut show)?)
    }

    /// The columns that have lines of their own.
    fn shown(&self) -> &[ReportPeriod] {
        if self.is_compared { &self.periods[..1] } else { &self.periods }
    }

    fn is_of_whole_book(&self) -> bool {
        self.request.prefix.is_empty()
    }

    /// What stands above a table.
    fn title(&self, output: &Output, report: &str, periods: &str) -> Result<(), Failure> {
        let known = self.request.recorded_at.map(|at| format!(", as known at {at}")).unwrap_or_default();
        output.text_line(&format!("{report}, {periods}, UTC{known}"))
    }
}

fn show_trial_balance(output: &Output, asked: &Asked, lines: &[TrialBalanceLine]) -> Result<Ending, Failure> {
    let shown = asked.shown();
    let compared = |line: &TrialBalanceLine| asked.is_compared.then(|| line.cells[1]);
    let totals = lines.iter().filter(|line| line.path.is_none()).flat_map(|line| &line.cells);
    let is_balanced = totals
        .into_iter()
        .all(|cell| cell.debits == cell.credits && cell.debit_balance == cell.credit_balance);
    let names: Vec<_> = shown.iter().map(ToString::to_string).collect();
    let balanced = asked.is_of_whole_book().then_some(is_balanced);
    if output.format != Format::Table {
        let records = lines.iter().flat_map(|line| {
            let compared = compared(line);
            (0..shown.len()).map(move |index| TrialBalanceRecord::new(line, shown, index, compared.as_ref()))
        });
        let head = ReportHead::new("trial_balance", names, asked.request.recorded_at);
        return list(output, &head, records, &ReportTail { balanced });
    }
    asked.title(output, "Trial balance", &span_of(shown))?;
    let mut columns = vec!["account", "currency", "opening", "debits", "credits", "closing", "debit", "credit"];
    if shown.len() > 1 {
        columns.insert(0, "period");
    }
    if asked.request.with_held {
        columns.push("held");
    }
    if asked.is_compared {
        columns.extend(["compared", "change"]);
    }
    let rows = lines.iter().flat_map(|line| {
        let compared = compared(line);
        (0..shown.len())
            .map(move |index| WideRow::of_trial_balance(&TrialBalanceRecord::new(line, shown, index, compared.as_ref())))
    });
    table(output, rows, &columns)?;
    tell_balance(output, balanced, ["Debits equal credits.", "Debits and credits differ; run: teller verify"], lines.is_empty())
}

fn show_sheet(output: &Output, asked: &Asked, report: &'static str, lines: &[SheetLine]) -> Result<Ending, Failure> {
    let shown = asked.shown();
    let is_sheet = report == "balance_sheet";
    let name = |period: &ReportPeriod| if is_sheet { period.end_name() } else { period.to_string() };
    let names: Vec<_> = shown.iter().map(name).collect();
    let mut differences = lines.iter().filter(|line| line.kind == LineKind::Difference);
    let is_balanced = differences.all(|line| line.amounts.iter().all(|amount| *amount == 0));
    let balanced = (is_sheet && asked.is_of_whole_book()).then_some(is_balanced);
    if output.format != Format::Table {
        let compared = asked.is_compared.then_some(1);
        let records = lines
            .iter()
            .flat_map(|line| (0..shown.len()).map(move |index| SheetRecord::new(line, shown, index, compared)));
        let head = ReportHead::new(report, names, asked.request.recorded_at);
        return list(output, &head, records, &ReportTail { balanced });
    }
    let title = if is_sheet { "Balance sheet" } else { "Income statement" };
    let of = if is_sheet { names.join(", ") } else { span_of(shown) };
    asked.title(output, title, &of)?;
    let mut columns: Vec<_> = asked.periods.iter().map(name).collect();
    if asked.is_compared {
        columns.push("change".to_owned());
    }
    let rows = lines.iter().map(|line| {
        let mut amounts = line.amounts.clone();
        if asked.is_compared {
            amounts.push(amounts[0] - amounts[1]);
        }
        WideRow::of_sheet(line, &columns, &amounts)
    });
    let shown_columns: Vec<_> = ["account", "currency"].into_iter().chain(columns.iter().map(String::as_str)).collect();
    table(output, rows, &shown_columns)?;
    let words = ["Assets equal liabilities and equity.", "Assets differ from liabilities and equity; run: teller verify"];
    tell_balance(output, balanced, words, lines.is_empty())
}

/// The span that some periods make together.
fn span_of(periods: &[ReportPeriod]) -> String {
    let ends = periods.first().zip(periods.last());
    ends.map_or_else(String::new, |(first, last)| ReportPeriod { begin: first.begin, end: last.end }.to_string())
}

/// Writes records page by page, inside of what is said of all of them.
fn list<R: Record>(
    output: &Output,
    head: &ReportHead,
    records: impl Iterator<Item = R>,
    tail: &ReportTail,
) -> Result<Ending, Failure> {
    let mut list = output.list().inside(head, LINES)?;
    pages(records, |page| list.add(page, &[]))?;
    list.end_before(tail)?;
    Ok(ending(tail.balanced))
}

fn table(output: &Output, rows: impl Iterator<Item = WideRow>, columns: &[&str]) -> Result<(), Failure> {
    let mut list = output.list();
    pages(rows, |page| list.add(page, columns))?;
    list.end()
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

fn tell_balance(output: &Output, balanced: Option<bool>, [yes, no]: [&str; 2], is_empty: bool) -> Result<Ending, Failure> {
    if is_empty {
        say("There are no accounts for this report.");
    } else if let Some(balanced) = balanced {
        output.text_line(if balanced { yes } else { no })?;
    }
    Ok(ending(balanced))
}

const fn ending(balanced: Option<bool>) -> Ending {
    match balanced {
        Some(false) => Ending::Found,
        Some(true) | None => Ending::Done,
    }
}

impl From<Unit> for PeriodUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Day => Self::Day,
            Unit::Week => Self::Week,
            Unit::Month => Self::Month,
            Unit::Quarter => Self::Quarter,
            Unit::Year => Self::Year,
        }
    }
}

impl From<Compared> for Comparison {
    fn from(compared: Compared) -> Self {
        match compared {
            Compared::Previous => Self::Previous,
            Compared::Year => Self::Year,
        }
    }
}

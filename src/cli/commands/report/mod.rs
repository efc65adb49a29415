//! Reports: the options with which they are asked for.

mod show;

use std::path::PathBuf;
use std::time::{Duration, Instant as Stopwatch};

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::parse;
use crate::cli::commands::report::show::{show_sheet, show_trial_balance};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::times::Times;
use crate::error::Error;
use crate::files::Input;
use crate::interchange::read_prices;
use crate::ledger::{Ledger, PeriodUnit, Report, ReportComparison, SheetLine, ShowEmpty, Valuation};
use crate::wire::{AskedReport, ReportKind, ReportOptions};

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
credit. Days and months are those of UTC, or of --time-zone. Without a time everything up to now counts.";

const BALANCE_SHEET_HELP: &str = "\
Examples:
  teller report balance-sheet --at 2026-09-30
  teller report balance-sheet --month 2026-09 --compare year --depth 1
  teller report balance-sheet --from 2026-01 --to 2027 --every quarter
  teller report balance-sheet --at 2026-09-30 --in EUR --prices prices.csv

Retained earnings are revenue less expense to date; they are computed, and not posted. Days and months are those of UTC, or of --time-zone. \
Without a time it is that of now.";

const INCOME_STATEMENT_HELP: &str = "\
Examples:
  teller report income-statement --month 2026-09
  teller report income-statement --from 2026 --to 2027 --every month --format csv
  teller report income-statement --at 2026-09-30 --fiscal-year-start 04 --compare year

What is moved between revenue or expense and accounts of the type equity, as when a year is closed, is shown by itself. \
Days and months are those of UTC, or of --time-zone. Without a time it is the fiscal year up to now; --at is the fiscal year up to then.";

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
    /// Value all amounts in this currency, at the prices of the last day of each column
    #[arg(long = "in", value_name = "CODE", requires = "prices")]
    valued_in: Option<String>,
    /// A CSV file of prices with the columns date, currency, in and price, or - for standard input
    #[arg(long, value_name = "FILE", requires = "valued_in")]
    prices: Option<PathBuf>,
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

pub(in crate::cli) fn run(context: &Context, command: &ReportCommand) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let times = context.times(&ledger);
    let output = &context.output;
    let bar = Progress::endless("Reading", "transfers");
    let begin = Stopwatch::now();
    let mut progress = |transfers| {
        if begin.elapsed() > QUIET {
            bar.show(transfers);
        }
    };
    let balanced = match command {
        ReportCommand::TrialBalance(arguments) => {
            let report = &arguments.report;
            let mut asked = report.read(ReportKind::TrialBalance, times)?;
            asked.request.table.with_held = arguments.held;
            let (asked, valuation) = report.valued(asked, &ledger)?;
            let lines = ledger.trial_balance(&asked.request, &mut progress)?;
            let lines = match valuation {
                Some(valuation) => valuation.trial_balance(&lines).map_err(Error::from)?,
                None => lines,
            };
            show_trial_balance(output, &asked, &lines)?
        }
        ReportCommand::BalanceSheet(arguments) => {
            let asked = arguments.read(ReportKind::BalanceSheet, times)?;
            let (asked, valuation) = arguments.valued(asked, &ledger)?;
            let lines = ledger.balance_sheet(&asked.request, &mut progress)?;
            show_sheet(output, &asked, &valued_sheet(lines, valuation.as_ref())?)?
        }
        ReportCommand::IncomeStatement(arguments) => {
            let asked = arguments.read(ReportKind::IncomeStatement, times)?;
            let (asked, valuation) = arguments.valued(asked, &ledger)?;
            let lines = ledger.income_statement(&asked.request, &mut progress)?;
            show_sheet(output, &asked, &valued_sheet(lines, valuation.as_ref())?)?
        }
    };
    Ok(ending(balanced))
}

fn valued_sheet(report: Report<SheetLine>, valuation: Option<&Valuation>) -> Result<Report<SheetLine>, Error> {
    match valuation {
        Some(valuation) => Ok(valuation.sheet(&report)?),
        None => Ok(report),
    }
}

impl ReportArgs {
    fn read(&self, kind: ReportKind, times: Times<'_>) -> Result<AskedReport, Error> {
        let options = ReportOptions {
            month: self.month.as_deref(),
            from: self.from.as_deref(),
            to: self.to.as_deref(),
            at: self.at.as_deref(),
            recorded_at: self.recorded_at.as_deref(),
            every: self.every.map(Into::into),
            compare: self.compare.map(Into::into),
            depth: self.depth,
            prefix: self.prefix.as_deref(),
            currency: self.currency.as_deref(),
            with_empty: if self.zero { ShowEmpty::Yes } else { ShowEmpty::No },
            fiscal_year_start: Some(self.fiscal_year_start),
        };
        Ok(options.read(kind, times.now(), &times.zone)?)
    }

    /// Values the report in one currency, if --in is given.
    fn valued(&self, asked: AskedReport, ledger: &Ledger) -> Result<(AskedReport, Option<Valuation>), Error> {
        let (Some(code), Some(path)) = (&self.valued_in, &self.prices) else { return Ok((asked, None)) };
        let currency = ledger.get_currency(parse(code)?)?.currency;
        let (asked, valuation) = asked.valued(currency, read_prices(Input::open(path)?)?);
        Ok((asked, Some(valuation)))
    }
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

impl From<Compared> for ReportComparison {
    fn from(compared: Compared) -> Self {
        match compared {
            Compared::Previous => Self::Previous,
            Compared::Year => Self::Year,
        }
    }
}

//! Reports: what is asked for, and how the columns follow from it.

mod columns;
mod show;

use std::time::{Duration, Instant as Stopwatch};

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::parse;
use crate::cli::commands::report::columns::LocalBounds;
use crate::cli::commands::report::show::{Asked, show_balance_sheet, show_income_statement, show_trial_balance};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::progress::Progress;
use crate::cli::times::Times;
use crate::error::Error;
use crate::ledger::{
    BalanceTable, Bound, Comparison, FiscalYear, Ledger, LineKind, PeriodUnit, ReportPeriod, ShowEmpty, TableRequest,
    balance_sheet, begins_of_years, income_statement, trial_balance,
};

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

pub(in crate::cli) fn run(context: &Context, command: &ReportCommand) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let times = context.times(&ledger);
    let output = &context.output;
    let balanced = match command {
        ReportCommand::TrialBalance(arguments) => {
            let mut asked = arguments.report.read(times, Begin::OfBook)?;
            asked.request.with_held = arguments.held;
            let bounds = asked.periods.iter().flat_map(|period| [period.begin, period.end]).collect();
            let table = read_table(&ledger, &asked, bounds)?;
            show_trial_balance(output, &asked, &trial_balance(&table, &asked.periods, asked.with_empty))?
        }
        ReportCommand::BalanceSheet(arguments) => {
            let asked = arguments.read(times, Begin::OfBook)?;
            let ends = asked.periods.iter().map(|period| period.end);
            let begins = asked.periods.iter().map(|period| period.begin).filter(|begin| *begin > Bound::BEGIN);
            let table = read_table(&ledger, &asked, begins.chain(ends).collect())?;
            let mut lines = balance_sheet(&table, &asked.periods, asked.with_empty);
            // The two sides of a part of the book need not agree.
            lines.retain(|line| line.kind != LineKind::Difference || asked.request.prefix.is_empty());
            show_balance_sheet(output, &asked, &lines)?
        }
        ReportCommand::IncomeStatement(arguments) => {
            let mut asked = arguments.read(times, Begin::OfFiscalYear)?;
            asked.request.only_income = true;
            let mut bounds = asked.years.clone();
            bounds.extend(asked.periods.iter().flat_map(|period| [period.begin, period.end]));
            let table = read_table(&ledger, &asked, bounds)?;
            let lines = income_statement(&table, &asked.periods, &asked.years, asked.with_empty);
            show_income_statement(output, &asked, &lines)?
        }
    };
    Ok(ending(balanced))
}

impl ReportArgs {
    fn read(&self, times: Times<'_>, begin: Begin) -> Result<Asked, Failure> {
        let year = FiscalYear::beginning_in(self.fiscal_year_start).map_err(Error::from)?;
        let mut bounds = LocalBounds::new(times);
        let span = self.span(times, &mut bounds, year, begin)?;
        let local = match (self.every, self.compare) {
            (Some(unit), _) => span.split(unit.into(), year),
            (None, Some(compared)) => span.earlier(compared.into()).map(|earlier| vec![span, earlier]),
            (None, None) => Ok(vec![span]),
        };
        let local = local.map_err(Error::from)?;
        let request = TableRequest {
            prefix: self.prefix.clone().unwrap_or_default(),
            currency: self.currency.as_deref().map(parse).transpose()?,
            depth: self.depth,
            recorded_at: times.last(self.recorded_at.as_deref())?,
            ..TableRequest::default()
        };
        Ok(Asked {
            periods: local.iter().map(|period| bounds.period(*period)).collect(),
            years: begins_of_years(&local, year).into_iter().map(|begin| bounds.bound(begin)).collect(),
            named: local
                .into_iter()
                .map(|period| if self.is_up_to_now() { period.to_end_of_day() } else { period })
                .collect(),
            zone: times.zone,
            is_compared: self.compare.is_some(),
            with_empty: if self.zero { ShowEmpty::Yes } else { ShowEmpty::No },
            request,
        })
    }

    const fn is_up_to_now(&self) -> bool {
        self.month.is_none() && self.at.is_none() && self.to.is_none()
    }

    /// The span that all columns make together, in local time.
    fn span(
        &self,
        times: Times<'_>,
        bounds: &mut LocalBounds,
        year: FiscalYear,
        begin: Begin,
    ) -> Result<ReportPeriod, Error> {
        if let Some(month) = &self.month {
            let month = times.month(month)?;
            return Ok(ReportPeriod::new(bounds.before(month.first), bounds.behind(month.last))?);
        }
        let end = match (times.last(self.at.as_deref())?, times.first(self.to.as_deref())?) {
            (Some(at), _) => bounds.behind(at),
            (None, Some(to)) => bounds.before(to),
            (None, None) => bounds.behind(times.now()),
        };
        let begin = match (times.first(self.from.as_deref())?, begin) {
            (Some(from), _) => bounds.before(from),
            (None, Begin::OfBook) => Bound::BEGIN,
            (None, Begin::OfFiscalYear) => end.last().map_or(Bound::BEGIN, |last| year.begin_around(last)),
        };
        Ok(ReportPeriod::new(begin, end)?)
    }
}

fn read_table(ledger: &Ledger, asked: &Asked, bounds: Vec<Bound>) -> Result<BalanceTable, Failure> {
    let bar = Progress::endless("Reading", "transfers");
    let begin = Stopwatch::now();
    let mut show = |transfers| {
        if begin.elapsed() > QUIET {
            bar.show(transfers);
        }
    };
    Ok(ledger.balance_table(&TableRequest { bounds, ..asked.request.clone() }, &mut show)?)
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

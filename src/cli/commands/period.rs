//! Closing and reopening accounting periods from the command line, and listing them with their history.

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, ReasonArgs, parse};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::facts::{ClosedPeriods, Period, PeriodAction};
use crate::ledger::Mode;
use crate::requests::PeriodChange;
use crate::wire::{ClosedPeriodRecord, PeriodChangeRecord, PeriodEventRecord};

#[derive(Subcommand)]
pub(in crate::cli) enum PeriodCommand {
    /// Let nothing more count in a period that is over
    #[command(
        after_help = "Examples:\n  teller period close 2026-01\n  teller period close 2025 --reason 'audited'\n\n\
        A period is a year, a month or a day of UTC. Transfers, holds, captures and reversals that count in \
        it are refused from then on, with the code period_closed. What gives no effective time counts now, so a period can be \
        closed only when it is over. On PostgreSQL only the book's owner may."
    )]
    Close(ChangeArgs),
    /// Open a period again
    #[command(after_help = "Example:\n  teller period reopen 2026-01 --reason 'late invoice'")]
    Reopen(ChangeArgs),
    /// List the periods that are closed
    #[command(after_help = "Examples:\n  teller period list\n  teller period list --recorded-at 2026-01-31")]
    List(ListArgs),
    /// Show every closing and reopening, oldest first
    #[command(after_help = "Example:\n  teller period history")]
    History,
}

#[derive(Args)]
pub(in crate::cli) struct ChangeArgs {
    /// A year, a month or a day: 2026, 2026-01, 2026-01-31
    period: String,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Args)]
pub(in crate::cli) struct ListArgs {
    /// As it was known at the end of this day, month or year, or at this time
    #[arg(long, value_name = "TIME")]
    recorded_at: Option<String>,
}

pub(in crate::cli) fn run(context: &Context, command: &PeriodCommand) -> Result<Ending, Failure> {
    match command {
        PeriodCommand::Close(arguments) => change(context, arguments, PeriodAction::Close),
        PeriodCommand::Reopen(arguments) => change(context, arguments, PeriodAction::Reopen),
        PeriodCommand::List(arguments) => list(context, arguments),
        PeriodCommand::History => history(context),
    }
}

fn change(context: &Context, arguments: &ChangeArgs, action: PeriodAction) -> Result<Ending, Failure> {
    let period = parse(&arguments.period)?;
    let (actor, reason) = arguments.reason.signed(context.actor()?)?;
    let mode = arguments.mode.mode();
    let change = PeriodChange { period, action, actor, reason };
    let ledger = context.ledger()?;
    let event = ledger.change_period(&change, mode)?;
    let state = describe(&ledger.closed_periods(None)?, period, action);
    match (&event, mode) {
        (None, _) => say(format_args!("Period {period} was {state} already; nothing changed.")),
        (Some(_), Mode::DryRun) => say("Dry run: this is what would be recorded; nothing was changed."),
        (Some(_), Mode::Commit) => say(format_args!("Period {period} is {state}.")),
    }
    context.committed(mode, Committed::new(format!("period {period} is {state}")));
    context.output.one(&PeriodChangeRecord::new(period, action, event.as_ref(), mode))?;
    Ok(Ending::Done)
}

/// How a period stands after what was asked for: `closed as part of 2025`, `open, but for 2025-03`.
fn describe(closed: &ClosedPeriods, period: Period, action: PeriodAction) -> String {
    match action {
        PeriodAction::Close => {
            let within = closed.find_around(period).map(|within| format!(" as part of {within}"));
            format!("closed{}", within.unwrap_or_default())
        }
        PeriodAction::Reopen => {
            let parts: Vec<_> = closed.find_parts(period).map(|part| part.to_string()).collect();
            if parts.is_empty() { "open".to_owned() } else { format!("open, but for {}", parts.join(", ")) }
        }
    }
}

fn list(context: &Context, arguments: &ListArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let closed = ledger.closed_periods(context.times(&ledger).last(arguments.recorded_at.as_deref())?)?;
    let records: Vec<_> = closed.iter().map(ClosedPeriodRecord::from).collect();
    context.output.many(&records)?;
    if records.is_empty() {
        say("No period is closed.");
    }
    Ok(Ending::Done)
}

fn history(context: &Context) -> Result<Ending, Failure> {
    let events = context.ledger()?.period_events()?;
    let records: Vec<_> = events.iter().filter_map(PeriodEventRecord::of).collect();
    context.output.many(&records)?;
    if records.is_empty() {
        say("No period was ever closed.");
    }
    Ok(Ending::Done)
}

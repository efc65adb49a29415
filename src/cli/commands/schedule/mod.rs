//! Listing, showing, cancelling and running schedules; adding one has a file of its own.

mod add;

use std::ops::ControlFlow;

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, ReasonArgs, count, parse};
use crate::cli::commands::schedule::add::AddArgs;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::interrupt;
use crate::cli::pages::{PageArgs, say_more, say_older};
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::facts::{Instant, ScheduleId};
use crate::ledger::{Mode, ScheduleRun};
use crate::wire::{DueRecord, ScheduleHistoryRecord, ScheduleRecord, ScheduleRunRecord};

#[derive(Subcommand)]
pub(in crate::cli) enum ScheduleCommand {
    /// Add a transfer that is to be posted again and again, or once at a later time
    Add(Box<AddArgs>),
    /// List schedules
    #[command(after_help = "Examples:\n  teller schedule list\n  teller schedule list --format json")]
    List(ListArgs),
    /// Show a schedule and what became of its transfers, the latest first
    #[command(after_help = "Example:\n  teller schedule show rent")]
    Show(ShowArgs),
    /// Break a schedule off: nothing of it is posted any more
    #[command(after_help = "Example:\n  teller schedule cancel rent --reason 'moved out'\n\n\
        What was posted stays. What was refused and would be tried again is skipped.")]
    Cancel(CancelArgs),
    /// Post what is due
    #[command(after_help = "Examples:\n  teller schedule run\n  teller schedule run --until yesterday\n  \
        teller schedule run --dry-run\n\n\
        Run it from cron or a timer, as often as you like: each transfer is posted once, with the moment at which it was \
        due as its effective time, however often this runs, even at the same time, and wherever it was killed. What was \
        missed meanwhile is made up for.\n\n\
        The exit code is 0 even where transfers were refused. Unlike those of a batch, refusals are kept, with their \
        reason, and dealt with as the schedule says, so a customer without funds is no failure of the run; a fault is. \
        Look for \"refused\" and \"skipped\" with --format json, or at teller schedule show.")]
    Run(RunArgs),
}

#[derive(Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    limit: PageArgs,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<ScheduleId>,
}

#[derive(Args)]
pub(in crate::cli) struct ShowArgs {
    /// The schedule: its id or its key
    schedule: String,
    #[command(flatten)]
    limit: PageArgs,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

#[derive(Args)]
pub(in crate::cli) struct CancelArgs {
    /// The schedule: its id or its key
    schedule: String,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Args)]
pub(in crate::cli) struct RunArgs {
    /// Up to the end of this day, month or year, or this time; one that is to come is refused [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, command: &ScheduleCommand) -> Result<Ending, Failure> {
    match command {
        ScheduleCommand::Add(arguments) => add::run(context, arguments),
        ScheduleCommand::List(arguments) => list(context, arguments),
        ScheduleCommand::Show(arguments) => show(context, arguments),
        ScheduleCommand::Cancel(arguments) => cancel(context, arguments),
        ScheduleCommand::Run(arguments) => run_due(context, arguments),
    }
}

fn list(context: &Context, arguments: &ListArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let mut list = context.output.list();
    let next = arguments.limit.fetch(&context.output, arguments.cursor, |cursor, rows_max| {
        let page = ledger.list_schedules(cursor.copied(), rows_max)?;
        list.add(&page.schedules.iter().map(ScheduleRecord::from).collect::<Vec<_>>())?;
        Ok((page.schedules.len(), page.next))
    })?;
    if list.count() == 0 {
        say("No schedules.");
    }
    list.end(next)?;
    say_more(next);
    Ok(Ending::Done)
}

fn show(context: &Context, arguments: &ShowArgs) -> Result<Ending, Failure> {
    let before = arguments.cursor.as_deref().map(parse::<Instant>).transpose()?;
    let ledger = context.ledger()?;
    let named = ledger.refer_to_schedule(&arguments.schedule)?;
    let schedule = ScheduleRecord::from(&ledger.get_schedule(named.clone(), before, 1)?.status);
    if context.output.format == Format::Table {
        context.output.details(&schedule)?;
    }
    let mut list = context.output.list().inside(&schedule)?.named("dues");
    let next = arguments.limit.fetch(&context.output, before, |before, rows_max| {
        let history = ledger.get_schedule(named.clone(), before.copied(), rows_max)?;
        let dues = ScheduleHistoryRecord::from(&history).dues;
        if list.count() == 0 && context.output.format == Format::Table && !dues.is_empty() {
            context.output.raw(b"\n")?;
        }
        list.add_with(&dues, &DueRecord::of_one_schedule())?;
        Ok((dues.len(), history.next))
    })?;
    list.end(next)?;
    say_older(next);
    Ok(Ending::Done)
}

fn cancel(context: &Context, arguments: &CancelArgs) -> Result<Ending, Failure> {
    let mode = arguments.mode.mode();
    let (actor, reason) = arguments.reason.signed(context.actor()?)?;
    let ledger = context.ledger()?;
    let named = ledger.refer_to_schedule(&arguments.schedule)?;
    let cancelled = ledger.cancel_schedule(named.clone(), &actor, reason.as_ref(), mode)?;
    context.committed(mode, Committed::new(format!("schedule {} is cancelled", named.id())));
    if cancelled.unchanged {
        let state = cancelled.status.schedule.state();
        say(format_args!("The schedule is {state} already; nothing was left to cancel."));
    } else if mode == Mode::DryRun {
        say("Dry run: this is what it would be like; nothing was changed.");
    }
    if cancelled.skipped > 0 {
        say(format_args!("{} will not be tried again.", count(cancelled.skipped, "refused transfer")));
    }
    context.output.one(&ScheduleRecord::new(&cancelled.status, mode))?;
    Ok(Ending::Done)
}

fn run_due(context: &Context, arguments: &RunArgs) -> Result<Ending, Failure> {
    let mode = arguments.mode.mode();
    let ledger = context.ledger()?;
    let until = context.times(&ledger).last_so_far(arguments.until.as_deref())?;
    interrupt::listen();
    let bar = Progress::endless("Posting", "dues");
    let run = ledger.run_schedules(until, mode, &mut |run| {
        bar.show(run.posted + run.refused + run.skipped);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish();
    let run = run?;
    let committed =
        format!("{} due up to {} are dealt with", count(run.posted + run.refused + run.skipped, "transfer"), run.until);
    context.committed(
        mode,
        Committed::new(committed).with("posted", run.posted).with("refused", run.refused).with("skipped", run.skipped),
    );
    let record = ScheduleRunRecord::new(&run, mode);
    match context.output.format {
        Format::Json | Format::Ndjson => context.output.one(&record)?,
        Format::Table | Format::Html | Format::Csv => context.output.many(&record.dues)?,
    }
    Ok(say_what_came_of_it(&run, mode))
}

fn say_what_came_of_it(run: &ScheduleRun, mode: Mode) -> Ending {
    let ScheduleRun { until, posted, refused, skipped, dues, faulty, fault, is_complete } = run;
    let total = posted + refused + skipped;
    if total == 0 {
        say(format_args!("Nothing is due up to {until}."));
    } else {
        let verb = if mode == Mode::DryRun { "Dry run: would have posted" } else { "Posted" };
        let posted = count(*posted, "transfer");
        say(format_args!(
            "{verb} {posted} due up to {until}; {refused} refused, to be tried again; {skipped} skipped."
        ));
    }
    if let Some(fault) = fault {
        say(format_args!("{} met a fault of the book and is kept; the first: {fault}", count(*faulty, "due")));
    }
    if total > dues.len() as u64 {
        say(format_args!("The first {} are told here; see teller schedule show for each schedule's.", dues.len()));
    }
    match (is_complete, mode) {
        (true, _) if fault.is_some() => Ending::Found,
        (true, _) => Ending::Done,
        (false, Mode::DryRun) => {
            say("More may be due: a dry run looks at no more than this.");
            Ending::Done
        }
        (false, Mode::Commit) => {
            say("Stopped; what was posted stays. Run it again to go on.");
            Ending::Stopped
        }
    }
}

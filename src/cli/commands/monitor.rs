//! Adding, listing and removing monitors from the command line, and showing when each was raised and cleared.

use clap::{Args, Subcommand};

use crate::cli::args::parse;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::pages::PageArgs;
use crate::cli::talk::say;
use crate::facts::NamePrefix;
use crate::ledger::Ledger;
use crate::server::{MonitorScope, Monitors};
use crate::wire::MonitorRecord;

#[derive(Subcommand)]
pub(in crate::cli) enum MonitorCommand {
    /// Add a condition on what an account has, or several together, or on holds or dues
    #[command(after_help = ADD_HELP)]
    Add(AddArgs),
    /// List the monitors, and whether their conditions are true
    #[command(after_help = "Example:\n  teller monitor list")]
    List,
    /// Show a monitor
    #[command(after_help = "Example:\n  teller monitor show alice-low --format json")]
    Show(NameArgs),
    /// Show when the condition became true and when it ended, in order
    #[command(after_help = "Example:\n  teller monitor events alice-low")]
    Events(EventsArgs),
    /// Forget a monitor and what happened to it
    #[command(after_help = "Example:\n  teller monitor remove alice-low")]
    Remove(NameArgs),
}

const ADD_HELP: &str = "\
Examples:
  teller monitor add alice-low --account customers:alice --when 'available < 100.00'
  teller monitor add float --prefix cash: --currency EUR --when 'posted < 50000'
  teller monitor add ending --prefix customers: --when 'hold expires in 24h'
  teller monitor add unpaid --prefix customers: --when 'due refused'
  teller monitor add rent --schedule rent --when 'due refused'

What is compared is posted, held or available, as the balance of the account shows it, and by <, <=, =, >= or >. Holds and dues are \
told of one by one. `teller serve` judges monitors by each event, in the book's order: docs/monitors.md tells what is promised.";

#[derive(Args)]
pub(in crate::cli) struct AddArgs {
    /// The monitor's name
    monitor: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// The currency of the accounts of a prefix, if what they have together is compared
    #[arg(long, value_name = "CODE", conflicts_with_all = ["account", "schedule"])]
    currency: Option<String>,
    /// The condition, such as 'available < 100.00', 'hold expires in 24h' or 'due refused'
    #[arg(long, value_name = "CONDITION")]
    when: String,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct ScopeArgs {
    /// The account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// All accounts whose names begin with this; '' for all
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<NamePrefix>,
    /// The schedule's id or key, for 'due refused'
    #[arg(long, value_name = "SCHEDULE")]
    schedule: Option<String>,
}

#[derive(Args)]
pub(in crate::cli) struct NameArgs {
    /// The monitor's name
    monitor: String,
}

#[derive(Args)]
pub(in crate::cli) struct EventsArgs {
    /// The monitor's name
    monitor: String,
    /// Only what happened behind this number
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: i64,
    #[command(flatten)]
    pages: PageArgs,
}

pub(in crate::cli) fn run(context: &Context, command: &MonitorCommand) -> Result<Ending, Failure> {
    // Opens the book first, so that nothing is made beside a file that is no book.
    let ledger = context.ledger()?;
    let (url, _) = context.url()?;
    let monitors = Monitors::of_book(&url, context.options()?);
    match command {
        MonitorCommand::Add(arguments) => add(context, &monitors, &ledger, arguments),
        MonitorCommand::List => list(context, &monitors),
        MonitorCommand::Show(arguments) => show(context, &monitors.get(&arguments.monitor)?),
        MonitorCommand::Events(arguments) => events(context, &monitors, arguments),
        MonitorCommand::Remove(arguments) => changed(context, "removed", &monitors.remove(&arguments.monitor)?),
    }
}

fn add(context: &Context, monitors: &Monitors, ledger: &Ledger, arguments: &AddArgs) -> Result<Ending, Failure> {
    let ScopeArgs { account, prefix, schedule } = &arguments.scope;
    let scope = match (account, prefix, schedule) {
        (None, None, Some(schedule)) => MonitorScope::of_schedule(schedule, ledger)?,
        (None, Some(prefix), _) => {
            let currency = arguments.currency.as_deref().map(parse).transpose()?;
            MonitorScope::Prefix { prefix: prefix.clone(), currency }
        }
        (account, ..) => MonitorScope::Account(parse(account.as_deref().unwrap_or_default())?),
    };
    let added = monitors.add(&arguments.monitor, scope, &arguments.when, ledger);
    changed(context, "added", &added?)
}

fn list(context: &Context, monitors: &Monitors) -> Result<Ending, Failure> {
    let records = monitors.list()?;
    context.output.many(&records)?;
    if records.is_empty() {
        say("There are no monitors.");
    }
    Ok(Ending::Done)
}

fn show(context: &Context, monitor: &MonitorRecord) -> Result<Ending, Failure> {
    context.output.one(monitor)?;
    Ok(Ending::Done)
}

fn changed(context: &Context, done: &str, monitor: &MonitorRecord) -> Result<Ending, Failure> {
    context.output.committed(Committed::new(format!("the monitor {} is {done}", monitor.name)));
    show(context, monitor)
}

fn events(context: &Context, monitors: &Monitors, arguments: &EventsArgs) -> Result<Ending, Failure> {
    let mut list = context.output.list();
    let next = arguments.pages.fetch(&context.output, Some(arguments.after), |after, rows_max| {
        let (records, next) = monitors.events(&arguments.monitor, after.copied().unwrap_or(0), rows_max)?;
        list.add(&records)?;
        Ok((records.len(), next))
    })?;
    if list.count() == 0 {
        say("Nothing happened to it.");
    }
    list.end(next)?;
    if let Some(next) = next {
        say(format_args!("There are more: --after {next}"));
    }
    Ok(Ending::Done)
}

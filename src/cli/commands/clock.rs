//! Showing the book's clock, and accepting entries that are recorded later than that clock says.

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, parse};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::ledger::Mode;
use crate::wire::{ClockAcceptanceRecord, ClockRecord, DefaultSignature};

#[derive(Subcommand)]
pub(in crate::cli) enum ClockCommand {
    /// Show what the book's clock says, and whether entries are later than that
    #[command(after_help = "Example:\n  teller clock show\n\n\
        A book has one clock: on PostgreSQL the server's, in an SQLite file the machine's. An account whose newest entry is later \
        than that by more than a minute takes no more, with the code clock_behind. Exit code 1 means that there are such accounts.")]
    Show,
    /// Let accounts take entries again that a wrong clock has put ahead of time
    #[command(
        after_help = "Example:\n  teller clock accept --reason 'the host booked with the clock of 2036, see incident 17'\n\n\
        Set the clock right first. From then on those accounts' entries are recorded one microsecond behind the one before, until the \
        clock has come so far; what counts by the day goes by the clock. It is an event of the book, which cannot be taken back. On \
        PostgreSQL only the book's owner may."
    )]
    Accept(AcceptArgs),
}

#[derive(Args)]
pub(in crate::cli) struct AcceptArgs {
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, command: &ClockCommand) -> Result<Ending, Failure> {
    match command {
        ClockCommand::Show => show(context),
        ClockCommand::Accept(arguments) => accept(context, arguments),
    }
}

fn show(context: &Context) -> Result<Ending, Failure> {
    let status = context.ledger()?.clock_status()?;
    context.output.details(&ClockRecord::from(&status))?;
    if !status.refuses() {
        return Ok(Ending::Done);
    }
    let accounts = status.who_is_late();
    say(format_args!(
        "{accounts} have entries that are later than the clock. If the clock is right now, let them go on with: teller clock accept"
    ));
    Ok(Ending::Found)
}

fn accept(context: &Context, arguments: &AcceptArgs) -> Result<Ending, Failure> {
    let signature = DefaultSignature { actor: context.actor()?, reason: None };
    let actor = signature.signed().map_err(crate::Error::from)?.0;
    let mode = arguments.mode.mode();
    let accepted = context.ledger()?.accept_clock(&actor, &parse(&arguments.reason)?, mode)?;
    match (&accepted, mode) {
        (None, _) => say("No entry is later than the clock that is not accepted already; nothing changed."),
        (Some(_), Mode::DryRun) => say("Dry run: this is what would be recorded; nothing was changed."),
        (Some(_), Mode::Commit) => say("Accepted. Those accounts take entries again."),
    }
    if let Some(until) = accepted.as_ref().and_then(|event| event.change.accepted_until()) {
        context.committed(mode, Committed::new(format!("entries up to {until} are accepted")));
    }
    context.output.one(&ClockAcceptanceRecord::new(accepted.as_ref(), mode))?;
    Ok(Ending::Done)
}

//! Setting and showing the metadata of an account or a transfer, as it is now, as it was, and how it changed.

mod index;

use std::collections::BTreeSet;

use clap::{Args, Subcommand};

use crate::cli::args::{ModeArgs, ReasonArgs, metadata_of, parse};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::pages::{PageArgs, say_older};
use crate::cli::talk::say;
use crate::error::{Error, InputError};
use crate::ledger::{Ledger, Mode};
use crate::requests::{AnnotationRequest, AnnotationTarget, MetadataChange};
use crate::wire::{MetadataChangeRecord, MetadataRecord};

#[derive(Subcommand)]
pub(in crate::cli) enum MetadataCommand {
    /// Change what is kept beside an account or a transfer
    #[command(after_help = "Examples:\n  teller metadata set --account customers:alice tier=gold\n  \
        teller metadata set --transfer invoice-1 checked=yes --remove draft --reason 'second pair of eyes'\n\n\
        Keys that are not named stay as they are. The change is recorded in the account's chain of hashes, a transfer's in \
        that of the account that it debited; the transfer itself stays as it was posted.")]
    Set(SetArgs),
    /// Show what is kept beside an account or a transfer
    #[command(after_help = "Examples:\n  teller metadata show --transfer @17\n  \
        teller metadata show --account customers:alice --recorded-at 2026-01-31T12:00:00Z")]
    Show(ShowArgs),
    /// Show how it changed, newest first
    #[command(after_help = "Example:\n  teller metadata history --account customers:alice")]
    History(HistoryArgs),
    /// Declare by which keys accounts and transfers are looked up
    #[command(subcommand)]
    Index(index::IndexCommand),
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct TargetArgs {
    /// The account that it is kept beside
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// The transfer that it is kept beside: its id, its idempotency key, or its place, like @17
    #[arg(long, value_name = "TRANSFER")]
    transfer: Option<String>,
}

impl TargetArgs {
    fn target(&self, ledger: &Ledger) -> Result<AnnotationTarget, Error> {
        match (&self.account, &self.transfer) {
            (Some(name), _) => Ok(AnnotationTarget::Account(parse(name)?)),
            (None, Some(text)) => Ok(AnnotationTarget::Transfer(ledger.refer(text)?)),
            (None, None) => unreachable!("the parser asks for one of the two"),
        }
    }
}

#[derive(Args)]
pub(in crate::cli) struct SetArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// What to keep
    #[arg(value_name = "KEY=VALUE", required_unless_present = "remove")]
    entries: Vec<String>,
    /// A key to keep nothing under any more; can be given again
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
    #[command(flatten)]
    reason: ReasonArgs,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Args)]
pub(in crate::cli) struct ShowArgs {
    #[command(flatten)]
    target: TargetArgs,
    /// As it was known at the end of this day, month or year, or at this time
    #[arg(long, value_name = "TIME")]
    recorded_at: Option<String>,
}

#[derive(Args)]
pub(in crate::cli) struct HistoryArgs {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    limit: PageArgs,
    /// Where to go on: the cursor that the page before told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<i64>,
}

pub(in crate::cli) fn run(context: &Context, command: &MetadataCommand) -> Result<Ending, Failure> {
    match command {
        MetadataCommand::Set(arguments) => set(context, arguments),
        MetadataCommand::Show(arguments) => show(context, arguments),
        MetadataCommand::History(arguments) => history(context, arguments),
        MetadataCommand::Index(command) => index::run(context, command),
    }
}

fn set(context: &Context, arguments: &SetArgs) -> Result<Ending, Failure> {
    let change = MetadataChange {
        set: metadata_of(&arguments.entries).map_err(InputError::from)?,
        remove: arguments.remove.iter().cloned().collect::<BTreeSet<_>>(),
    };
    let (actor, reason) = arguments.reason.signed(context.actor()?)?;
    let ledger = context.ledger()?;
    let target = arguments.target.target(&ledger)?;
    let mode = arguments.mode.mode();
    let request = AnnotationRequest { target, change, actor, reason };
    let kept = ledger.annotate(&request, mode)?;
    context.committed(mode, Committed::new("the metadata is changed"));
    if mode == Mode::DryRun {
        say("Dry run: this is what would be kept; nothing was changed.");
    }
    context.output.one(&MetadataRecord::new(&request.target, None, kept))?;
    Ok(Ending::Done)
}

fn show(context: &Context, arguments: &ShowArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let recorded_at = context.times(&ledger).last(arguments.recorded_at.as_deref())?;
    let target = arguments.target.target(&ledger)?;
    let kept = ledger.metadata_as_of(&target, recorded_at)?;
    context.output.one(&MetadataRecord::new(&target, recorded_at, kept))?;
    Ok(Ending::Done)
}

fn history(context: &Context, arguments: &HistoryArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let target = arguments.target.target(&ledger)?;
    let mut list = context.output.list();
    let next = arguments.limit.fetch(&context.output, arguments.cursor, |cursor, rows_max| {
        // One more than asked for tells whether there is another page.
        let mut events = ledger.annotations(&target, cursor.copied(), rows_max.saturating_add(1))?;
        let is_last = events.len() <= rows_max as usize;
        events.truncate(rows_max as usize);
        list.add(&events.iter().filter_map(MetadataChangeRecord::of).collect::<Vec<_>>())?;
        Ok((events.len(), events.last().filter(|_| !is_last).map(|event| event.sequence.0)))
    })?;
    if list.count() == 0 {
        say("It was never changed.");
    }
    list.end(next)?;
    say_older(next);
    Ok(Ending::Done)
}

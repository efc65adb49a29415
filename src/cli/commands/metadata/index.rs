//! Declaring, listing and removing indexes over metadata keys, with a report of what a build waits for.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::{ModeArgs, count, parse};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::talk::say;
use crate::facts::MetadataKey;
use crate::ledger::{Ledger, Mode};
use crate::store::{IndexBuild, MetadataOf};
use crate::wire::{MetadataIndexChangeRecord, MetadataIndexRecord};

/// How often somebody looks what an index waits for that is being built.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

#[derive(Subcommand)]
pub(in crate::cli) enum IndexCommand {
    /// Declare a key by which accounts or transfers are looked up, and build the index
    #[command(
        after_help = "Examples:\n  teller metadata index add transfers invoice\n  teller metadata index add accounts 'tax number'\n\n\
        Then transfer list, hold list and journal list, or account list, find --metadata KEY=VALUE at once, in a book of any size. \
        Only the owner of the book may. On PostgreSQL others go on writing while the index is built, and it waits for transactions that \
        were open before, and says for which. On SQLite they wait. If it is broken off, run it again."
    )]
    Add(KeyArgs),
    /// List the keys by which accounts and transfers are looked up
    #[command(after_help = "Example:\n  teller metadata index list --format json")]
    List,
    /// Remove the index of a key
    #[command(after_help = "Example:\n  teller metadata index remove transfers invoice\n\n\
        What is kept under the key stays. Only the owner of the book may.")]
    Remove(KeyArgs),
}

#[derive(Args)]
pub(in crate::cli) struct KeyArgs {
    /// What the metadata is kept beside
    #[arg(value_enum)]
    of: Of,
    /// The key
    key: String,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum Of {
    /// Accounts
    Accounts,
    /// Transfers
    Transfers,
}

impl From<Of> for MetadataOf {
    fn from(of: Of) -> Self {
        match of {
            Of::Accounts => Self::Accounts,
            Of::Transfers => Self::Transfers,
        }
    }
}

pub(super) fn run(context: &Context, command: &IndexCommand) -> Result<Ending, Failure> {
    match command {
        IndexCommand::Add(arguments) => add(context, arguments),
        IndexCommand::List => list(context),
        IndexCommand::Remove(arguments) => remove(context, arguments),
    }
}

fn add(context: &Context, arguments: &KeyArgs) -> Result<Ending, Failure> {
    let (of, key): (MetadataOf, MetadataKey) = (arguments.of.into(), parse(&arguments.key)?);
    let mode = arguments.mode.mode();
    let changed = watched(context, of, |ledger| Ok(ledger.add_metadata_index(of, &key, mode)?))?;
    context.committed(mode, Committed::new("the index is ready"));
    let shown = format_args!("{:?} of {}", key.as_str(), of.as_str()).to_string();
    say(match (mode, changed) {
        (Mode::DryRun, true) => format!("Would build an index over {shown}."),
        (Mode::Commit, true) => format!("The index over {shown} is ready."),
        (_, false) => format!("The index over {shown} was ready before; nothing changed."),
    });
    context.output.one(&MetadataIndexChangeRecord::added((of, &key), changed, mode))?;
    Ok(Ending::Done)
}

/// Builds an index, and says meanwhile what the database waits for. Another connection looks, because the first one is busy.
fn watched(
    context: &Context,
    of: MetadataOf,
    build: impl FnOnce(&Ledger) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let ledger = context.ledger()?;
    let (url, _) = context.url()?;
    let options = context.options()?.with_deadline(LOOK_INTERVAL);
    let (ended, ending) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut watcher = None;
            let mut said = None;
            // The first look comes when most builds are over.
            while ending.recv_timeout(LOOK_INTERVAL) == Err(RecvTimeoutError::Timeout) {
                if watcher.is_none() {
                    watcher = Ledger::open(url.clone(), options).ok();
                }
                // That nobody can look is no matter of the build.
                let seen = watcher.as_ref().and_then(|ledger| ledger.metadata_index_build(of).ok().flatten());
                let Some(what) = seen.map(|build| shown(&build)) else { continue };
                if said.as_ref() != Some(&what) {
                    say(format_args!("The index is being built: {what}."));
                    said = Some(what);
                }
            }
        });
        let changed = build(&ledger);
        drop(ended);
        changed
    })
}

fn shown(build: &IndexBuild) -> String {
    let IndexBuild { phase, waits_for, session } = build;
    match (waits_for, session) {
        (0, _) => phase.clone(),
        (_, None) => format!("{phase}, {}", count(*waits_for, "transaction")),
        (1, Some(session)) => format!("{phase}, 1 transaction: {session}"),
        (others, Some(session)) => format!("{phase}, {others} transactions, first that of {session}"),
    }
}

fn list(context: &Context) -> Result<Ending, Failure> {
    let indexes = context.ledger()?.list_metadata_indexes()?;
    let records: Vec<_> = indexes.iter().map(MetadataIndexRecord::from).collect();
    context.output.many(&records)?;
    if records.is_empty() {
        say("No index over metadata.");
    }
    Ok(Ending::Done)
}

fn remove(context: &Context, arguments: &KeyArgs) -> Result<Ending, Failure> {
    let (of, key): (MetadataOf, MetadataKey) = (arguments.of.into(), parse(&arguments.key)?);
    let mode = arguments.mode.mode();
    let changed = context.ledger()?.remove_metadata_index(of, &key, mode)?;
    context.committed(mode, Committed::new("the index is removed"));
    let shown = format_args!("{:?} of {}", key.as_str(), of.as_str()).to_string();
    say(match (mode, changed) {
        (Mode::DryRun, true) => format!("Would remove the index over {shown}."),
        (Mode::Commit, true) => format!("The index over {shown} is removed."),
        (_, false) => format!("There is no index over {shown}; nothing changed."),
    });
    context.output.one(&MetadataIndexChangeRecord::removed((of, &key), changed, mode))?;
    Ok(Ending::Done)
}

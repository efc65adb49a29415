//! The commands that copy an SQLite book to a backup file and restore it from one.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::ModeArgs;
use crate::cli::commands::verify;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::talk::say;
use crate::ledger::{self, Mode};
use crate::wire::BackupRecord;

#[derive(Args)]
#[command(after_help = "Example:\n  teller backup /backups/2026-11-25.db\n\n\
    Others go on reading and writing meanwhile. The file is a whole book, as it stood at one moment; it is there when it is \
    complete and on the disk, and not before. One that is there already is never overwritten. PostgreSQL has its own programs \
    for this; the command says which.")]
pub(in crate::cli) struct BackupArgs {
    /// The file to write
    file: PathBuf,
}

#[derive(Args)]
#[command(after_help = "Examples:\n  teller restore /backups/2026-11-25.db --database-url sqlite://teller.db\n  \
    teller restore /backups/2026-11-25.db --database-url sqlite://check.db --dry-run\n\n\
    The copy is migrated if it needs to be, and verified. Only a book that is whole is put in place, and only where nothing is. \
    A dry run does all but that, and so tests a backup. Exit code 1 means that the backup is not whole.")]
pub(in crate::cli) struct RestoreArgs {
    /// The file that `teller backup` wrote
    file: PathBuf,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn back_up(context: &Context, arguments: &BackupArgs) -> Result<Ending, Failure> {
    interrupt::clean_up();
    let bytes = ledger::back_up(context.url()?.0, &arguments.file)?;
    context.output.committed(Committed::new(format!("the backup is in {}", arguments.file.display())));
    context.output.one(&BackupRecord::new(&arguments.file, bytes))?;
    Ok(Ending::Done)
}

pub(in crate::cli) fn restore(context: &Context, arguments: &RestoreArgs) -> Result<Ending, Failure> {
    interrupt::clean_up();
    let (place, _) = context.url()?;
    let mode = arguments.mode.mode();
    let restored = verify::with_progress(|progress| ledger::restore(&arguments.file, &place, mode, progress))?;
    for name in &restored.migrations {
        say(format_args!("Applied {name} to the copy."));
    }
    if restored.report.findings.is_empty() {
        context.committed(mode, Committed::new(format!("the book is in {place}")));
    }
    let ending = verify::show(context, &restored.report, None)?;
    say(match (&ending, mode) {
        (Ending::Done, Mode::Commit) => format!("Restored to {place}."),
        (Ending::Done, Mode::DryRun) => format!("Would restore to {place}."),
        _ => format!("Nothing was put in place of {place}."),
    });
    Ok(ending)
}

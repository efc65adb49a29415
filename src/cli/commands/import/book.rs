//! Importing a whole book from an exported file into an empty one, or trying that in a dry run.

use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::Args;

use crate::cli::args::ModeArgs;
use crate::cli::commands::export::contents;
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::files::Input;
use crate::interchange::BookReader;
use crate::ledger::{BookImported, BookProgress, Mode};
use crate::wire::BookImportRecord;

#[derive(Args)]
#[command(after_help = "Examples:\n  teller import book bank.ndjson --database-url postgres://localhost/bank\n  \
    gunzip --stdout bank.ndjson.gz | teller import book -\n\n\
    The book must be empty, and becomes the one in the file: same id, numbers and hashes, so that seals of it hold. \
    Everything is computed again, and a file in which anything does not fit is refused with the line. An import that was \
    cut off goes on with the same file; until it is complete the book cannot be used. A dry run makes a throwaway book of \
    the file in the folder for temporary files, which TMPDIR names and which must have room for it; a book of more than \
    100,000 accounts or so needs 512 bytes there for each in any case.")]
pub(in crate::cli) struct ImportBookArgs {
    /// The file that `teller export` wrote, or - for stdin
    file: PathBuf,
    #[command(flatten)]
    mode: ModeArgs,
}

pub(in crate::cli) fn run(context: &Context, arguments: &ImportBookArgs) -> Result<Ending, Failure> {
    let file = BufReader::new(Input::open(&arguments.file)?);
    let mode = arguments.mode.mode();
    let ledger = context.ledger_to_import(mode)?;
    interrupt::listen();
    let bar = Progress::new("Importing", "lines");
    let imported = ledger.import_book(&mut BookReader::new(file), mode, &mut |progress: BookProgress| {
        bar.show_of(progress.done, progress.total);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish();
    let imported = imported.map_err(|error| match mode {
        Mode::Commit => error.into(),
        Mode::DryRun => Failure::of_dry_run(error),
    })?;
    context.committed(mode, Committed::new(format!("{} are in the book", contents(&imported.header))));
    context.output.one(&BookImportRecord::new(&imported, mode))?;
    tell(&imported, mode);
    Ok(if imported.is_complete { Ending::Done } else { Ending::Stopped })
}

fn tell(imported: &BookImported, mode: Mode) {
    let is_dry_run = mode == Mode::DryRun;
    if !imported.is_complete && is_dry_run {
        say("Stopped; nothing was imported.");
    } else if !imported.is_complete {
        say(
            "Stopped; what was imported stays. Import the same file again to go on: until then the book cannot be used.",
        );
    } else if imported.replayed {
        say("The file was imported before; nothing was left to do.");
    } else {
        let verb = if is_dry_run { "Dry run: would import" } else { "Imported" };
        say(format_args!("{verb} {}.", contents(&imported.header)));
    }
}

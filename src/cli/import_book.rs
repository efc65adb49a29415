use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{count, say};
use super::failure::Failure;
use super::output::Columns;
use super::progress::Progress;
use super::{Context, Ending, interrupt};
use crate::error::Error;
use crate::formats::{BookImportRecord, BookReader};
use crate::service::{BookImported, BookProgress};

const COLUMNS: Columns = &["accounts", "transfers", "events", "resumed", "replayed", "complete"];

#[derive(Args)]
#[command(after_help = "Examples:\n  teller import book bank.ndjson --database-url postgres://localhost/bank\n  \
    gunzip --stdout bank.ndjson.gz | teller import book -\n\n\
    The book must be empty, and becomes the one in the file: same id, numbers and hashes, so that seals of it hold. \
    Everything is computed again, and a file in which anything does not fit is refused with the line. An import that was \
    cut off goes on with the same file; until it is complete the book cannot be used.")]
pub(super) struct ImportBookArgs {
    /// The file that `teller export` wrote, or - for stdin
    file: PathBuf,
}

pub(super) fn run(context: &Context, arguments: &ImportBookArgs) -> Result<Ending, Failure> {
    let file = open(&arguments.file)?;
    let ledger = context.ledger_to_import()?;
    interrupt::listen();
    let bar = Progress::new("Importing", "lines");
    let imported = ledger.import_book(&mut BookReader::new(file), &mut |progress: BookProgress| {
        bar.show_of(progress.done, progress.total);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    bar.finish();
    let imported = imported?;
    context.output.one(&BookImportRecord::from(&imported), COLUMNS)?;
    tell(&imported);
    Ok(if imported.is_complete { Ending::Done } else { Ending::Stopped })
}

fn tell(imported: &BookImported) {
    if !imported.is_complete {
        say(
            "Stopped; what was imported stays. Import the same file again to go on: until then the book cannot be used.",
        );
    } else if imported.replayed {
        say("The file was imported before; nothing was left to do.");
    } else {
        let header = &imported.header;
        let (accounts, transfers) = (count(header.accounts, "account"), count(header.transfers, "transfer"));
        say(format_args!("Imported {accounts}, {transfers} and {}.", count(header.events, "event")));
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let failed = |source| Error::File { doing: format!("open {}", path.display()), source };
    Ok(Box::new(BufReader::new(File::open(path).map_err(failed)?)))
}

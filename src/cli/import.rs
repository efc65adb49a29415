use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::args::{ModeArgs, count, say};
use super::failure::Failure;
use super::import_book;
use super::interrupt;
use super::output::Columns;
use super::progress::Progress;
use super::{Context, Ending};
use crate::error::Error;
use crate::formats::{ImportRecord, RejectsFile, read_accounts, read_transfers};
use crate::service::{ImportCounts, ImportSink, Refused};

const COLUMNS: Columns = &["lines", "imported", "replayed", "refused", "malformed", "rejects"];
/// How many refused lines are told on stderr; all of them are in the rejects file.
const REFUSED_SHOWN_MAX: u64 = 10;

#[derive(Subcommand)]
pub(super) enum ImportCommand {
    /// Open the accounts of a CSV file
    #[command(after_help = ACCOUNTS_HELP)]
    Accounts(ImportArgs),
    /// Post the transfers of a CSV file, in order
    #[command(after_help = TRANSFERS_HELP)]
    Transfers(ImportArgs),
    /// Make an empty book the one that `teller export` wrote
    Book(import_book::ImportBookArgs),
}

const ACCOUNTS_HELP: &str = "\
Columns: name, type (liability where it is empty), currency, min_balance (the type's usual one where it is empty, \
none where it says none), max_balance, description, and metadata.NAME for any NAME.

Example:
  teller import accounts accounts.csv";

const TRANSFERS_HELP: &str = "\
Columns: key or id; from and to, or debit and credit; amount; currency (the first account's where it is empty); \
effective_at; description; and metadata.NAME for any NAME.

A line is posted once, however often the file is imported: lines with a key or id by that, lines without by what \
they say. Lines that are refused go to the rejects file with what is wrong, and can be imported from there.

Example:
  teller import transfers transfers.csv --rejects refused.csv";

#[derive(Args)]
pub(super) struct ImportArgs {
    /// The file
    file: PathBuf,
    /// Where lines go that are not imported [default: a file beside FILE, ending in .rejects.csv]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    mode: ModeArgs,
}

/// What a CSV file has on its lines.
#[derive(Clone, Copy)]
enum Kind {
    Accounts,
    Transfers,
}

pub(super) fn run(context: &Context, command: &ImportCommand) -> Result<Ending, Failure> {
    match command {
        ImportCommand::Accounts(arguments) => import_lines(context, arguments, Kind::Accounts),
        ImportCommand::Transfers(arguments) => import_lines(context, arguments, Kind::Transfers),
        ImportCommand::Book(arguments) => import_book::run(context, arguments),
    }
}

fn import_lines(context: &Context, arguments: &ImportArgs, kind: Kind) -> Result<Ending, Failure> {
    let rejects = rejects_path(arguments)?;
    let (file, progress) = open(&arguments.file)?;
    let ledger = context.ledger()?;
    let mode = arguments.mode.mode();
    interrupt::listen();

    let (counts, sink) = match kind {
        Kind::Accounts => {
            let lines = read_accounts(file)?;
            let mut sink = Sink::new(RejectsFile::for_accounts(rejects, lines.header()), progress);
            (ledger.import_accounts(lines, mode, &mut sink), sink)
        }
        Kind::Transfers => {
            let lines = read_transfers(file)?;
            let mut sink = Sink::new(RejectsFile::for_transfers(rejects, lines.header()), progress);
            (ledger.import_transfers(lines, mode, &mut sink), sink)
        }
    };
    sink.progress.finish();
    let counts = counts.inspect_err(|_| sink.say_stopped())?;
    let rejects = sink.rejects.written().map(|path| path.display().to_string());
    context.output.one(&ImportRecord::new(counts, rejects, mode), COLUMNS)?;
    if interrupt::is_requested() {
        sink.say_stopped();
        return Ok(Ending::Stopped);
    }
    Ok(match counts {
        ImportCounts { malformed: 1.., .. } => Ending::BadInput,
        ImportCounts { refused: 1.., .. } => Ending::Refused,
        _ => Ending::Done,
    })
}

/// Tells of what happens, and writes down what was refused.
struct Sink {
    rejects: RejectsFile,
    progress: Progress,
    counts: ImportCounts,
    refused: u64,
}

impl Sink {
    fn new(rejects: RejectsFile, progress: Progress) -> Self {
        Self { rejects, progress, counts: ImportCounts::default(), refused: 0 }
    }

    fn say_stopped(&self) {
        say(format_args!(
            "Stopped after {}; what was imported stays. Import the same file again to go on.",
            count(self.counts.lines, "line")
        ));
    }
}

impl ImportSink for Sink {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        self.refused += 1;
        if self.refused <= REFUSED_SHOWN_MAX {
            let fault = &refused.fault;
            let column = if fault.column.is_empty() { String::new() } else { format!(", column {}", fault.column) };
            self.progress.suspend(|| {
                say(format_args!("line {}{column}: {}: {}", refused.number, fault.code, fault.message));
            });
        } else if self.refused == REFUSED_SHOWN_MAX + 1 {
            self.progress.suspend(|| say("More lines are refused; all of them are in the rejects file."));
        }
        self.rejects.write(refused)
    }

    fn progress(&mut self, counts: &ImportCounts) -> ControlFlow<()> {
        self.counts = *counts;
        self.progress.show(counts.lines);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn open(path: &Path) -> Result<(impl Read, Progress), Failure> {
    let failed = |source| Error::File { doing: format!("open {}", path.display()), source };
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let progress = Progress::of_file("Importing", "lines", bytes);
    Ok((progress.of_reading(file), progress))
}

/// The file that was named, or the first name beside the imported file that is not taken: an earlier import's rejects may be being mended.
fn rejects_path(arguments: &ImportArgs) -> Result<PathBuf, Failure> {
    if let Some(path) = &arguments.rejects {
        let is_input =
            path.canonicalize().is_ok_and(|path| arguments.file.canonicalize().is_ok_and(|file| file == path));
        if is_input {
            let source = io::Error::other("it is the file to import");
            let doing = format!("write rejects to {}", path.display());
            return Err(Error::File { doing, source }.into());
        }
        return Ok(path.clone());
    }
    let mut number = 1;
    loop {
        let suffix = if number == 1 { "rejects.csv".to_owned() } else { format!("rejects-{number}.csv") };
        let path = arguments.file.with_extension(suffix);
        if !path.exists() {
            return Ok(path);
        }
        number += 1;
    }
}

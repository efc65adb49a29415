mod book;

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::cli::advice;
use crate::cli::args::{ModeArgs, count};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::new_files::{ForceArgs, create_next_to_taken};
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::error::{Error, InputError};
use crate::files::Input;
use crate::interchange::{Delimiter, Lines, RejectsFile, read_accounts_by, read_transfers_by};
use crate::ledger::{ImportCounts, ImportSink, ImportSource, Ledger, Mode, Refused};
use crate::wire::ImportRecord;

/// How many refused lines are told on stderr where all of them are in the rejects file.
const REFUSED_SHOWN_MAX: u64 = 10;

#[derive(Subcommand)]
pub(in crate::cli) enum ImportCommand {
    /// Open the accounts of a CSV file
    #[command(after_help = ACCOUNTS_HELP)]
    Accounts(ImportArgs),
    /// Post the transfers of a CSV file, in order
    #[command(after_help = TRANSFERS_HELP)]
    Transfers(ImportTransfersArgs),
    /// Make an empty book the one that `teller export` wrote
    Book(book::ImportBookArgs),
}

const ACCOUNTS_HELP: &str = "\
Columns: name, type (by the first part of the name where it is empty, or else liability), currency, min_balance (the type's usual one where it is empty, \
none where it says none), max_balance, description, and metadata.NAME for any NAME.

The file is UTF-8, with quotes only around whole fields. Fields have at most 64 KiB.

Example:
  teller import accounts accounts.csv";

const TRANSFERS_HELP: &str = "\
Columns: key or id; from and to, or debit and credit; amount; currency (the first account's where it is empty); \
effective_at; description; and metadata.NAME for any NAME.

The file is UTF-8, with quotes only around whole fields. Fields have at most 64 KiB. A text that is not CSV ends the \
import, such as a quote that is not closed: nothing behind it is read.

A line is posted once, however often the file is imported: lines with a key or id by that, lines without by what \
they mean: accounts, amount, time, description and metadata, and how many lines before them mean the same. So a line \
without a key is also the same as an equal line of another file, unless each file has a --source of its own. Lines that are \
refused go to the rejects file with what is wrong. Mend them there and import that file, or mend the file that they \
come from and import it again; not both.

Examples:
  teller import transfers transfers.csv --rejects refused.csv
  teller import transfers january.csv --source bank-2026-01
  zcat transfers.csv.gz | teller import transfers - --delimiter ';'";

#[derive(Args)]
pub(in crate::cli) struct ImportArgs {
    /// The file, or - for stdin
    file: PathBuf,
    /// Where lines go that are not imported [default: a file beside FILE, ending in .rejects.csv; for stdin stdin.rejects.csv]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    force: ForceArgs,
    /// What stands between fields: a character, or tab [default: found out by the header]
    #[arg(long, value_name = "CHARACTER", allow_hyphen_values = true)]
    delimiter: Option<Delimiter>,
    #[command(flatten)]
    mode: ModeArgs,
}

#[derive(Args)]
pub(in crate::cli) struct ImportTransfersArgs {
    #[command(flatten)]
    common: ImportArgs,
    /// The file's own name: its lines without a key are then told from equal lines of other files
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
}

pub(in crate::cli) fn run(context: &Context, command: &ImportCommand) -> Result<Ending, Failure> {
    match command {
        ImportCommand::Accounts(arguments) => {
            import(context, arguments, read_accounts_by, |ledger, lines, mode, sink| {
                ledger.import_accounts(lines, mode, sink)
            })
        }
        ImportCommand::Transfers(ImportTransfersArgs { common, source }) => {
            let source = source.as_deref().map(crate::cli::args::parse::<ImportSource>).transpose()?;
            import(context, common, read_transfers_by, |ledger, lines, mode, sink| {
                ledger.import_transfers_from(source.as_ref(), lines, mode, sink)
            })
        }
        ImportCommand::Book(arguments) => book::run(context, arguments),
    }
}

/// A file whose reading is the progress of the work.
type Watched = Box<dyn Read + Send>;
/// Reads the header of one kind of file.
type ReadBy<T> = fn(Watched, Option<Delimiter>) -> Result<Lines<Watched, T>, Error>;

fn import<T>(
    context: &Context,
    arguments: &ImportArgs,
    read: ReadBy<T>,
    work: impl FnOnce(&Ledger, Lines<Watched, T>, Mode, &mut dyn ImportSink) -> Result<ImportCounts, Error>,
) -> Result<Ending, Failure> {
    let mode = arguments.mode.mode();
    let input = Input::open(&arguments.file)?;
    let progress = Progress::of_file("Importing", "lines", input.bytes);
    let lines = read(Box::new(progress.of_reading(input)), arguments.delimiter)?;
    if arguments.delimiter.is_none() && lines.delimiter() != Delimiter::COMMA {
        say(format_args!("The fields are separated by {}; --delimiter says otherwise.", lines.delimiter()));
    }
    let rejects = rejects(context, arguments, &lines, mode)?;
    let ledger = context.ledger_to_begin(mode)?;
    interrupt::listen();

    let mut sink = Sink { rejects, progress, counts: ImportCounts::default(), refused: 0 };
    let counts = work(&ledger, lines, mode, &mut sink);
    sink.progress.finish();
    let counts = counts.map_err(|error| sink.stopped_by(error))?;
    end(context, sink, counts, mode)
}

fn end(context: &Context, sink: Sink, counts: ImportCounts, mode: Mode) -> Result<Ending, Failure> {
    let is_stopped = interrupt::is_requested();
    let committed = format!("{} of {} are imported", counts.done + counts.replayed, count(counts.lines, "line"));
    context.committed(mode, Committed::new(committed).with("imported", counts.done).with("replayed", counts.replayed));
    if is_stopped {
        sink.say_stopped();
    }
    let path = if is_stopped { None } else { sink.rejects.map(RejectsFile::finish).transpose()?.flatten() };
    let path = path.map(|path| path.display().to_string());
    context.output.one(&ImportRecord::new(counts, path, mode))?;
    if counts.replayed_without_key > 0 {
        say(format_args!(
            "{} without a key mean the same as lines of an earlier import, and were not posted again. That is right for a file \
             that was imported before, in whole or in part. If they are other payments, import the file with --source and a \
             name of its own.",
            count(counts.replayed_without_key, "line")
        ));
    }
    Ok(match counts {
        _ if is_stopped => Ending::Stopped,
        ImportCounts { malformed: 1.., .. } => Ending::BadInput,
        ImportCounts { refused: 1.., .. } => Ending::Refused,
        _ => Ending::Done,
    })
}

/// Tells of what happens, and writes down what was refused.
struct Sink {
    /// `None` in a dry run, which leaves no trace.
    rejects: Option<RejectsFile>,
    progress: Progress,
    counts: ImportCounts,
    refused: u64,
}

impl Sink {
    fn say_stopped(&self) {
        let refused = if self.refused > 0 { " Lines that were refused so far are refused again then." } else { "" };
        say(format_args!(
            "Stopped after {}; what was imported stays. Import the same file again to go on.{refused}",
            count(self.counts.lines, "line")
        ));
    }

    fn stopped_by(&self, error: Error) -> Failure {
        match error {
            Error::Input(InputError::Csv { .. }) => Failure::from(error).with_hint(advice::mend_csv(self.counts.done)),
            error @ Error::Input(_) => error.into(),
            error => {
                self.say_stopped();
                error.into()
            }
        }
    }
}

impl ImportSink for Sink {
    fn refuse(&mut self, refused: &Refused) -> io::Result<()> {
        self.refused += 1;
        let message = message_of(refused);
        if self.refused <= REFUSED_SHOWN_MAX || self.rejects.is_none() {
            let fault = &refused.fault;
            let message = &message;
            let column = if fault.column.is_empty() { String::new() } else { format!(", column {}", fault.column) };
            self.progress.suspend(|| {
                say(format_args!("line {}{column}: {}: {message}", refused.number, fault.code));
            });
        } else if self.refused == REFUSED_SHOWN_MAX + 1 {
            self.progress.suspend(|| say("More lines are refused; all of them are in the rejects file."));
        }
        self.rejects.as_mut().map_or(Ok(()), |rejects| rejects.write(refused, &message))
    }

    fn progress(&mut self, counts: &ImportCounts) -> ControlFlow<()> {
        self.counts = *counts;
        self.progress.show(counts.lines);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// What is wrong with a line, and what to do about it.
fn message_of(refused: &Refused) -> String {
    let message = &refused.fault.message;
    match refused.rejection.as_ref().and_then(advice::of_one_among_many) {
        Some(hint) => format!("{message}; {hint}"),
        None => message.clone(),
    }
}

/// Begins the rejects file before anything is imported, so that it can be written when a line is refused.
fn rejects<R: Read, T>(
    context: &Context,
    arguments: &ImportArgs,
    lines: &Lines<R, T>,
    mode: Mode,
) -> Result<Option<RejectsFile>, Failure> {
    if mode == Mode::DryRun {
        return Ok(None);
    }
    let Some(path) = arguments.rejects.clone() else {
        // An earlier import's rejects may be being mended, so that the next free name is taken.
        let beside = if arguments.file == Path::new("-") { Path::new("stdin") } else { &arguments.file };
        let file = create_next_to_taken(context, &beside.with_extension("rejects.csv"))?;
        return Ok(Some(RejectsFile::new(file, lines)));
    };
    let is_input = path.canonicalize().is_ok_and(|path| arguments.file.canonicalize().is_ok_and(|file| file == path));
    if is_input {
        let source = io::Error::other("it is the file to import");
        return Err(Error::File { doing: format!("write rejects to {}", path.display()), source }.into());
    }
    Ok(Some(RejectsFile::new(arguments.force.create(context, &path)?, lines)))
}

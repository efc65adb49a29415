//! Importing accounts and transfers from CSV files; whole books are imported by a file of its own.

mod arguments;
mod book;
mod dialect;
mod far;
mod preview;
mod sink;

use std::io::Read;
use std::path::Path;

use clap::Subcommand;

use crate::cli::args::count;
use crate::cli::commands::import::arguments::{ImportArgs, ImportTransfersArgs};
use crate::cli::commands::import::far::FarLines;
use crate::cli::commands::import::preview::Preview;
use crate::cli::commands::import::sink::{Sink, rejects};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::error::Error;
use crate::files::{Input, read_text};
use crate::interchange::{Delimiter, Dialect, Lines, RejectsFile, Rules, read_accounts_as, read_transfers_as};
use crate::ledger::{ImportCounts, ImportSink, ImportSource, Ledger, Mode};
use crate::wire::ImportRecord;

/// The most bytes of a file of rules.
const RULES_BYTES_MAX: u64 = 64 << 10;

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

Examples:
  teller import accounts accounts.csv
  teller import accounts accounts.csv --encoding latin1 --number-format 1.234,56";

const TRANSFERS_HELP: &str = "\
Columns: key or id; from and to, or debit and credit; amount; currency (the first account's where it is empty); \
effective_at; description; and metadata.NAME for any NAME.

A file with other columns, such as a bank's statement, is read by --rules: a file that says which column is which, how \
numbers and dates are written, and which account stands on the other side of a line. docs/bank-statements.md has an example. With --dry-run \
each line is shown as it would be posted.

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
  teller import transfers export.csv --number-format 1.234,56 --date-format %d.%m.%Y --skip 4
  teller import transfers statement.csv --rules giro.toml --dry-run
  zcat transfers.csv.gz | teller import transfers - --delimiter ';'";

pub(in crate::cli) fn run(context: &Context, command: &ImportCommand) -> Result<Ending, Failure> {
    match command {
        ImportCommand::Accounts(arguments) => {
            let import =
                Import { context, arguments, dialect: arguments.dialect.over(Dialect::default()), preview: None };
            import.run(read_accounts_as, |ledger, lines, mode, sink| ledger.import_accounts(lines, mode, sink))
        }
        ImportCommand::Transfers(arguments) => import_transfers(context, arguments),
        ImportCommand::Book(arguments) => book::run(context, arguments),
    }
}

fn import_transfers(context: &Context, arguments: &ImportTransfersArgs) -> Result<Ending, Failure> {
    let ImportTransfersArgs { source, rules, common } = arguments;
    // Lines are told apart by their times: the same file must not mean others for somebody with other settings.
    if context.output.look.zone_flag.is_some() {
        return Err(Failure::usage("the days of a file are those of UTC, whatever --time-zone says").with_hint(
            "leave --time-zone out; write times with their offset, and say where it stands with %z in --date-format",
        ));
    }
    let source = source.as_deref().map(crate::cli::args::parse::<ImportSource>).transpose()?;
    let rules = rules.as_deref().map(read_rules).transpose()?;
    let preview = (rules.is_some() && common.mode.mode() == Mode::DryRun).then(Preview::default);
    let dialect = common.dialect.over(rules.as_ref().map(Rules::dialect).unwrap_or_default());
    let import = Import { context, arguments: common, dialect, preview: preview.clone() };
    let read = |file, dialect: &Dialect| match &rules {
        Some(rules) => rules.read_transfers(file, dialect),
        None => read_transfers_as(file, dialect),
    };
    let far = FarLines::default();
    let ending = import.run(read, |ledger, lines, mode, sink| {
        let now = ledger.clock().now();
        let see = |line: &Result<_, Error>| {
            let Ok(line) = line else { return };
            far.see(line, now);
            if let Some(preview) = &preview {
                preview.see(line);
            }
        };
        ledger.import_transfers_from(source.as_ref(), lines.inspect(see), mode, sink)
    })?;
    far.tell();
    Ok(ending)
}

fn read_rules(path: &Path) -> Result<Rules, Error> {
    Rules::read(&read_text(path, RULES_BYTES_MAX)?).map_err(|error| error.at(&path.display().to_string()).into())
}

/// A file whose reading is the progress of the work.
type Watched = Box<dyn Read + Send>;

/// One file, and how it is imported.
struct Import<'a> {
    context: &'a Context,
    arguments: &'a ImportArgs,
    dialect: Dialect,
    preview: Option<Preview>,
}

impl Import<'_> {
    fn run<T>(
        self,
        read: impl FnOnce(Watched, &Dialect) -> Result<Lines<Watched, T>, Error>,
        work: impl FnOnce(&Ledger, Lines<Watched, T>, Mode, &mut dyn ImportSink) -> Result<ImportCounts, Error>,
    ) -> Result<Ending, Failure> {
        let Self { context, arguments, dialect, preview } = self;
        let mode = arguments.mode.mode();
        let input = Input::open(&arguments.file)?;
        let progress = Progress::of_file("Importing", "lines", input.bytes);
        let lines = read(Box::new(progress.of_reading(input)), &dialect)?;
        if dialect.delimiter.is_none() && lines.delimiter() != Delimiter::COMMA {
            say(format_args!("The fields are separated by {}; --delimiter says otherwise.", lines.delimiter()));
        }
        let rejects = rejects(context, arguments, &lines, mode)?;
        let ledger = context.ledger_to_begin(mode)?;
        interrupt::listen();

        let mut sink = Sink::new(progress, rejects, preview);
        let counts = work(&ledger, lines, mode, &mut sink);
        sink.progress.finish();
        let counts = counts.map_err(|error| sink.stopped_by(error))?;
        end(context, sink, counts, mode)
    }
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
    match &sink.preview {
        Some(preview) => preview.show(context, counts)?,
        None => context.output.one(&ImportRecord::new(counts, path, mode))?,
    }
    if mode == Mode::DryRun && sink.preview.is_none() {
        say("Dry run: this would come of it; nothing was imported.");
    }
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

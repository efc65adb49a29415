//! Exporting one table of the book as CSV, JSON lines or Parquet.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use crate::cli::args::{count, parse};
use crate::cli::commands::export::args::{ExportArgs, RowArgs, What};
use crate::cli::commands::export::destination::{begin_anew, of_stdout, stdout_stays};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::cli::times::Times;
use crate::error::Error;
use crate::facts::Instant;
use crate::files::OutputFile;
#[cfg(feature = "parquet")]
use crate::interchange::ParquetWriter;
use crate::interchange::{FlatFormat, FlatWriter};
use crate::ledger::{FlatProgress, FlatRequest, FlatSink, FlatTable, Ledger};
use crate::wire::FlatExportRecord;

pub(super) fn run(context: &Context, arguments: &ExportArgs, format: FlatFormat) -> Result<Ending, Failure> {
    check(&arguments.rows)?;
    let exported = match &arguments.out {
        Some(path) => to_file(context, arguments, format, path)?,
        None => to_stdout(context, arguments, format)?,
    };
    Ok(tell(exported))
}

/// A file of that format is no text, so it never goes to stdout.
#[cfg(feature = "parquet")]
pub(super) fn run_parquet(context: &Context, arguments: &ExportArgs) -> Result<Ending, Failure> {
    check(&arguments.rows)?;
    let Some(path) = &arguments.out else {
        return Err(Failure::usage("a Parquet file is no text; say where it goes: --out FILE"));
    };
    let file = BufWriter::new(arguments.force.create(context, path)?);
    let ledger = context.ledger()?;
    let request = arguments.rows.request(context.times(&ledger))?;
    let exponents = ledger.list_currencies()?.into_iter().map(|named| named.currency.exponent());
    let begun = ParquetWriter::new(file, request.table, exponents.max().unwrap_or_default(), begin_anew);
    let mut writer = begun.map_err(|source| of_file(path, source))?;
    let Some(rows) = export(&ledger, &request, &mut writer)? else { return Ok(tell(None)) };
    put(context, path, writer.finish().map_err(|source| of_file(path, source))?, rows)?;
    Ok(tell(Some(rows)))
}

fn tell(exported: Option<u64>) -> Ending {
    let Some(rows) = exported else {
        say("Stopped; the export is not complete.");
        return Ending::Stopped;
    };
    say(format_args!("Exported {}.", count(rows, "row")));
    Ending::Done
}

impl RowArgs {
    fn table(&self) -> FlatTable {
        match self.what {
            None | Some(What::Transfers) => FlatTable::Transfers,
            Some(What::Entries) => FlatTable::Entries,
            Some(What::Balances) => FlatTable::Balances,
            Some(What::Statements) => FlatTable::Statements,
        }
    }

    /// The first moment that counts, and the first one behind the last.
    pub(super) fn span(&self, times: Times<'_>) -> Result<(Option<Instant>, Option<Instant>), Error> {
        times.span(self.month.as_deref(), self.from.as_deref(), self.until.as_deref())
    }

    fn request(&self, times: Times<'_>) -> Result<FlatRequest, Error> {
        let (from, until) = self.span(times)?;
        Ok(FlatRequest {
            table: self.table(),
            account: self.account.as_deref().map(parse).transpose()?,
            from,
            until,
            at: times.last(self.at.as_deref())?,
        })
    }
}

/// Refuses what does not go together, before anything is opened.
fn check(rows: &RowArgs) -> Result<(), Failure> {
    let table = rows.table();
    let problem = if rows.account.is_some() && table != FlatTable::Statements {
        "--account is for one statement: --what statements; teller transfer list --account lists an account's transfers"
    } else if rows.at.is_some() && table != FlatTable::Balances {
        "--at is for balances: --what balances"
    } else if table == FlatTable::Balances && (rows.month.is_some() || rows.from.is_some() || rows.until.is_some()) {
        "balances are as of one moment: --at TIME, without --month, --from and --until"
    } else {
        return Ok(());
    };
    Err(Failure::usage(problem))
}

fn to_stdout(context: &Context, arguments: &ExportArgs, format: FlatFormat) -> Result<Option<u64>, Failure> {
    let ledger = context.ledger()?;
    let request = arguments.rows.request(context.times(&ledger))?;
    let stream = BufWriter::new(context.output.stream());
    let mut writer = FlatWriter::new(stream, request.table, format, |_| Err(stdout_stays()));
    let exported = export(&ledger, &request, &mut writer).map_err(of_stdout)?;
    writer.finish()?.flush()?;
    Ok(exported)
}

/// A file of that name is always whole.
fn to_file(context: &Context, arguments: &ExportArgs, format: FlatFormat, path: &Path) -> Result<Option<u64>, Failure> {
    let file = arguments.force.create(context, path)?;
    let ledger = context.ledger()?;
    let request = arguments.rows.request(context.times(&ledger))?;
    let mut writer = FlatWriter::new(BufWriter::new(file), request.table, format, begin_anew);
    let Some(rows) = export(&ledger, &request, &mut writer)? else { return Ok(None) };
    put(context, path, writer.finish().map_err(|source| of_file(path, source))?, rows)?;
    Ok(Some(rows))
}

/// Gives the file its name, and shows it.
fn put(context: &Context, path: &Path, file: BufWriter<OutputFile>, rows: u64) -> Result<(), Failure> {
    let written = file.into_inner().map_err(|error| of_file(path, error.into_error()))?.finish()?;
    context.output.committed(Committed::new(format!("the export is in {}", path.display())));
    context.output.one(&FlatExportRecord::new(path, rows, written.bytes))
}

fn of_file(path: &Path, source: io::Error) -> Error {
    Error::File { doing: format!("write {}", path.display()), source }
}

fn export(ledger: &Ledger, request: &FlatRequest, sink: &mut (dyn FlatSink + Send)) -> Result<Option<u64>, Error> {
    interrupt::listen();
    let bar = Progress::new("Exporting", "rows");
    ledger.export_flat(request, sink, &mut |progress: FlatProgress| {
        bar.show_part(progress.rows, progress.done, progress.total);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}

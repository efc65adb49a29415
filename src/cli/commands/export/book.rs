//! Exporting the whole book to a file or to stdout, for `teller import book` to read.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use crate::cli::args::count;
use crate::cli::commands::export::args::ExportArgs;
use crate::cli::commands::export::destination::{begin_anew, of_stdout, stdout_stays};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::new_files::ForceArgs;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::error::Error;
use crate::interchange::BookWriter;
use crate::ledger::{BookHeader, BookProgress, BookSink, Ledger};
use crate::wire::ExportRecord;

pub(super) fn run(context: &Context, arguments: &ExportArgs) -> Result<Ending, Failure> {
    let exported = match &arguments.out {
        Some(path) => to_file(context, path, &arguments.force)?,
        None => to_stdout(context)?,
    };
    let Some(header) = exported else {
        say("Stopped; the export is not complete.");
        return Ok(Ending::Stopped);
    };
    if let Some(path) = &arguments.out {
        context.output.committed(Committed::new(format!("the book is in {}", path.display())));
        context.output.one(&ExportRecord::new(path, &header))?;
    }
    say(format_args!("Exported {}.", contents(&header)));
    Ok(Ending::Done)
}

/// How much a book has of everything.
pub(in crate::cli) fn contents(header: &BookHeader) -> String {
    let (accounts, transfers) = (count(header.accounts, "account"), count(header.transfers, "transfer"));
    let events = count(header.events + header.book_events, "event");
    format!("{accounts}, {transfers}, {events} and {}", count(header.schedules, "schedule"))
}

fn to_stdout(context: &Context) -> Result<Option<BookHeader>, Failure> {
    let ledger = context.ledger()?;
    let mut writer = BookWriter::new(BufWriter::new(context.output.stream()), |_| Err(stdout_stays()));
    let exported = export(&ledger, &mut writer).map_err(of_stdout)?;
    writer.into_inner().flush()?;
    Ok(exported)
}

/// A file of that name is always whole.
fn to_file(context: &Context, path: &Path, force: &ForceArgs) -> Result<Option<BookHeader>, Failure> {
    let failed = |source| Error::File { doing: format!("write {}", path.display()), source };
    let file = force.create(context, path)?;
    let ledger = context.ledger()?;
    let mut writer = BookWriter::new(BufWriter::new(file), begin_anew);
    let exported = export(&ledger, &mut writer)?;
    if exported.is_some() {
        let file = writer.into_inner().into_inner().map_err(|error| failed(error.into_error()))?;
        file.finish()?;
    }
    Ok(exported)
}

fn export(ledger: &Ledger, sink: &mut (dyn BookSink + Send)) -> Result<Option<BookHeader>, Error> {
    interrupt::listen();
    let bar = Progress::new("Exporting", "lines");
    ledger.export_book(sink, &mut |progress: BookProgress| {
        bar.show_of(progress.done, progress.total);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}

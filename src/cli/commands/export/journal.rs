//! Journals for other accounting programs.

use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use crate::cli::args::count;
use crate::cli::commands::export::args::{ExportArgs, RowArgs};
use crate::cli::commands::export::destination::{begin_anew, of_stdout, stdout_stays};
use crate::cli::committed::Committed;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::cli::times::Times;
use crate::error::Error;
use crate::interchange::{JournalFormat, JournalWriter};
use crate::ledger::{Bound, JournalCounts, JournalSink, JournalSpan, Ledger};
use crate::wire::FlatExportRecord;

pub(super) fn run(context: &Context, arguments: &ExportArgs, format: JournalFormat) -> Result<Ending, Failure> {
    if let Some(option) = arguments.rows.given_but_span() {
        let program = format.program();
        return Err(Failure::usage(format!(
            "{option} is for tables, and a journal of {program} has all accounts; give only --month, or --from and --until"
        )));
    }
    let exported = match &arguments.out {
        Some(path) => to_file(context, arguments, format, path)?,
        None => to_stdout(context, arguments, format)?,
    };
    let Some(JournalCounts { accounts, transfers }) = exported else {
        say("Stopped; the export is not complete.");
        return Ok(Ending::Stopped);
    };
    say(format_args!("Exported {} and {}.", count(accounts, "account"), count(transfers, "transfer")));
    Ok(Ending::Done)
}

/// The span of effective time that was asked for.
fn span(rows: &RowArgs, times: Times<'_>) -> Result<JournalSpan, Error> {
    let (from, until) = rows.span(times)?;
    Ok(JournalSpan { from: from.map_or(Bound::BEGIN, Bound::before), to: until.map_or(Bound::END, Bound::before) })
}

fn to_stdout(
    context: &Context,
    arguments: &ExportArgs,
    format: JournalFormat,
) -> Result<Option<JournalCounts>, Failure> {
    let ledger = context.ledger()?;
    let span = span(&arguments.rows, context.times(&ledger))?;
    let mut writer = JournalWriter::new(format, BufWriter::new(context.output.stream()), |_| Err(stdout_stays()));
    let exported = export(&ledger, span, &mut writer).map_err(of_stdout)?;
    writer.into_inner().flush()?;
    Ok(exported)
}

/// A file of that name is always whole.
fn to_file(
    context: &Context,
    arguments: &ExportArgs,
    format: JournalFormat,
    path: &Path,
) -> Result<Option<JournalCounts>, Failure> {
    let failed = |source| Error::File { doing: format!("write {}", path.display()), source };
    let file = arguments.force.create(context, path)?;
    let ledger = context.ledger()?;
    let span = span(&arguments.rows, context.times(&ledger))?;
    let mut writer = JournalWriter::new(format, BufWriter::new(file), begin_anew);
    let Some(counts) = export(&ledger, span, &mut writer)? else { return Ok(None) };
    let file = writer.into_inner().into_inner().map_err(|error| failed(error.into_error()))?;
    let written = file.finish()?;
    context.output.committed(Committed::new(format!("the export is in {}", path.display())));
    context.output.one(&FlatExportRecord::new(path, counts.transfers, written.bytes))?;
    Ok(Some(counts))
}

fn export(ledger: &Ledger, span: JournalSpan, sink: &mut dyn JournalSink) -> Result<Option<JournalCounts>, Error> {
    interrupt::listen();
    let bar = Progress::new("Exporting", "transfers");
    ledger.export_journal(span, sink, &mut |transfers| {
        bar.show(transfers);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}

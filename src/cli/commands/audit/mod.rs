//! Other accounting programs check the book.

mod compare;
mod tool;

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use clap::Args;

use crate::cli::args::count;
use crate::cli::commands::audit::compare::{Closings, Recorded, differences};
use crate::cli::commands::audit::tool::{Tool, Verdict};
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::interrupt;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::error::Error;
use crate::files::{Existing, OutputFile};
use crate::interchange::JournalWriter;
use crate::ledger::{JournalCounts, JournalSpan, Ledger};
use crate::wire::AuditRecord;

/// How many findings of a program are told on stderr. JSON has more of them.
const FINDINGS_TOLD: usize = 5;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  teller audit\n  teller audit --with hledger\n  teller audit --with ledger,bean-check --format json\n\n\
    The book is written as a journal to a temporary file, which the program reads: it adds up all transfers by itself and compares \
    each account with the balances that the book has. Those that hledger and ledger come to are compared once more, to the unit. Exit \
    code 1 means that one of them disagrees.\n\n\
    The programs are not part of Teller. On Debian they are the packages hledger, ledger and beancount. To keep the journal: \
    teller export --to hledger --out book.journal"
)]
pub(in crate::cli) struct AuditArgs {
    /// The programs that check the book [default: those that are installed]
    #[arg(long, value_enum, value_name = "PROGRAM", value_delimiter = ',')]
    with: Vec<Tool>,
}

pub(in crate::cli) fn run(context: &Context, arguments: &AuditArgs) -> Result<Ending, Failure> {
    let ledger = context.ledger()?;
    let tools = tool::installed(&arguments.with)?;
    interrupt::listen();
    let mut records = Vec::new();
    for (tool, version) in tools {
        let Some(record) = audit(&ledger, tool, version)? else {
            say("Stopped; the audit is not complete.");
            return Ok(Ending::Stopped);
        };
        tell(tool, &record);
        records.push(record);
    }
    context.output.many(&records)?;
    Ok(if records.iter().all(AuditRecord::agrees) { Ending::Done } else { Ending::Found })
}

/// One program's audit, or `None` where it was interrupted.
fn audit(ledger: &Ledger, tool: Tool, version: String) -> Result<Option<AuditRecord>, Failure> {
    let failed = |source: io::Error| Error::File { doing: "write the journal to a temporary file".into(), source };
    // Only this user may look into it. It goes with its contents when this returns.
    let folder = tempfile::tempdir().map_err(failed)?;
    let path = folder.path().join(tool.file_name());
    let Some((counts, closings)) = write_journal(ledger, tool, &path)? else { return Ok(None) };
    let Verdict { passes, said } = tool.check(&path)?;
    if interrupt::is_requested() {
        return Ok(None);
    }
    let mut findings: Vec<_> = said.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
    let differ = match tool.balances(&path)? {
        Some(found) if passes => differences(&closings, &found),
        _ => Vec::new(),
    };
    let agrees = passes && differ.is_empty();
    if agrees {
        findings.clear();
    }
    findings.extend(differ);
    Ok(Some(AuditRecord::new((tool.program(), version), agrees, counts, findings)))
}

fn write_journal(ledger: &Ledger, tool: Tool, path: &Path) -> Result<Option<(JournalCounts, Closings)>, Failure> {
    let failed = |source| Error::File { doing: format!("write {}", path.display()), source };
    let file = OutputFile::create(path, Existing::Refuse, None)?;
    let begin_anew = |writer: &mut BufWriter<OutputFile>| {
        writer.flush()?;
        writer.get_mut().restart()
    };
    let mut sink = Recorded::new(JournalWriter::new(tool.format(), BufWriter::new(file), begin_anew));
    let bar = Progress::new("Writing", "transfers");
    let written = ledger.export_journal(JournalSpan::WHOLE, &mut sink, &mut |transfers| {
        bar.show(transfers);
        if interrupt::is_requested() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let Some(counts) = written else { return Ok(None) };
    let (writer, closings) = sink.into_parts();
    let file = writer.into_inner().into_inner().map_err(|error| failed(error.into_error()))?;
    file.finish()?;
    Ok(Some((counts, closings)))
}

fn tell(tool: Tool, record: &AuditRecord) {
    let audited = format!("{}, {}", count(record.accounts(), "account"), count(record.transfers(), "transfer"));
    if record.agrees() {
        say(format_args!("{} agrees with the book: {audited}.", tool.program()));
        return;
    }
    say(format_args!("{} disagrees with the book: {audited}. It says:", tool.program()));
    for finding in record.findings().iter().take(FINDINGS_TOLD) {
        say(format_args!("  {finding}"));
    }
}

use std::path::PathBuf;

use clap::Args;

use super::args::{count, say};
use super::failure::Failure;
use super::output::{Columns, Format};
use super::progress::bar;
use super::{Context, Ending, seal};
use crate::formats::{FindingRecord, VerifyRecord};
use crate::service::{VerifyProgress, VerifyReport};

const COLUMNS: Columns = &["sequence", "account", "problem"];
const TEMPLATE: &str = "Verifying {bar:30} {percent}% {per_sec}, {eta} left";

#[derive(Args)]
#[command(
    after_help = "Examples:\n  teller verify\n  teller verify --format json\n  teller verify --seal 2026-01.seal\n\n\
    Every hash, version, pointer, balance and total is computed again from the transfers, and what accounts may do and \
    holds from their history. Exit code 1 means that something differs; the first finding is where it began."
)]
pub(super) struct VerifyArgs {
    /// A seal that was made of this book: all that it covers must still be there
    #[arg(long, value_name = "FILE")]
    seal: Option<PathBuf>,
    /// The public key, in PEM, of who must have signed the seal
    #[arg(long, value_name = "FILE", requires = "seal")]
    public_key: Option<PathBuf>,
}

pub(super) fn run(context: &Context, arguments: &VerifyArgs) -> Result<Ending, Failure> {
    let seal = arguments.seal.as_deref().map(|path| seal::read(path, arguments.public_key.as_deref())).transpose()?;
    let ledger = context.ledger()?;
    let report = with_progress(|progress| match &seal {
        Some(file) => ledger.verify_sealed(&file.seal, progress),
        None => ledger.verify(progress),
    })?;
    show(context, &report)
}

/// Shows how far the work has come, as long as it goes on.
pub(super) fn with_progress<T>(work: impl FnOnce(&mut dyn FnMut(VerifyProgress)) -> T) -> T {
    let bar = bar(0, TEMPLATE);
    let outcome = work(&mut |progress| {
        bar.set_length(progress.newest.unsigned_abs());
        bar.set_position(progress.sequence.unsigned_abs());
    });
    bar.finish_and_clear();
    outcome
}

/// Shows what a verification came to.
pub(super) fn show(context: &Context, report: &VerifyReport) -> Result<Ending, Failure> {
    match context.output.format {
        Format::Json | Format::Ndjson => context.output.one(&VerifyRecord::from(report), COLUMNS)?,
        Format::Table | Format::Csv => {
            let findings: Vec<_> = report.findings.iter().map(FindingRecord::from).collect();
            context.output.many(&findings, COLUMNS)?;
        }
    }
    let verified =
        format!("Verified {} and {}", count(report.transfers, "transfer"), count(report.accounts, "account"));
    let Some(first) = report.findings.first() else {
        say(format_args!("{verified}: the book is whole."));
        return Ok(Ending::Done);
    };
    let sequence = first.sequence.map_or_else(|| "no transfer".to_owned(), |place| format!("transfer {place}"));
    let account = first.account.as_deref().unwrap_or("no account in particular");
    let faults = count(report.finding_count, "fault");
    say(format_args!("{verified} and found {faults}. The first is at {sequence}, account {account}."));
    Ok(Ending::Found)
}

//! Verifying a book, or one account, with a progress bar, optionally against a seal.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::{count, parse};
use crate::cli::commands::doctor::late_entries_warning;
use crate::cli::commands::seal;
use crate::cli::context::{Context, Ending};
use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::cli::progress::Progress;
use crate::cli::talk::say;
use crate::facts::AccountName;
use crate::ledger::{VerifyProgress, VerifyReport};
use crate::wire::{FindingRecord, VerifyRecord};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  teller verify\n  teller verify --format json\n  teller verify --seal 2026-01.seal\n  \
    teller verify --account customers:alice\n\n\
    Every hash, version, pointer, balance and total is computed again from the transfers, and what accounts may do and \
    holds from their history. Exit code 1 means that something differs; the first finding is where it began. Every row is looked \
    up through every index, and triggers, checks and keys are compared with what the migrations made.\n\n\
    With --account only that account's transfers, changes, holds and totals are computed again, which takes as long as its history \
    is. The heads that the other accounts had before each transfer are then believed as they are stored; their own histories, \
    the sums of currencies, and transfers that were added beside every account's chain take the whole book.\n\n\
    A book of more than 100,000 accounts or so needs 512 bytes for each in the folder for temporary files, which TMPDIR names."
)]
pub(in crate::cli) struct VerifyArgs {
    /// A seal that was made of this book: all that it covers must still be there
    #[arg(long, value_name = "FILE")]
    seal: Option<PathBuf>,
    /// The public key, in PEM, of who must have signed the seal
    #[arg(long, value_name = "FILE", requires = "seal")]
    public_key: Option<PathBuf>,
    /// Only this account
    #[arg(long, value_name = "ACCOUNT", conflicts_with_all = ["seal", "public_key"])]
    account: Option<String>,
    /// Do not look all rows up through all indexes, which is a third to two thirds of the time
    #[arg(long, conflicts_with = "account")]
    without_indexes: bool,
}

pub(in crate::cli) fn run(context: &Context, arguments: &VerifyArgs) -> Result<Ending, Failure> {
    let seal = arguments.seal.as_deref().map(|path| seal::read(path, arguments.public_key.as_deref())).transpose()?;
    let account = arguments.account.as_deref().map(parse).transpose()?;
    let ledger = context.ledger()?;
    let ledger = if arguments.without_indexes { ledger.without_index_proof() } else { ledger };
    let report = with_progress(|progress| match (&seal, &account) {
        (Some(file), _) => ledger.verify_sealed(&file.seal, progress),
        (None, Some(account)) => ledger.verify_account(account, progress),
        (None, None) => ledger.verify(progress),
    })?;
    show(context, &report, account.as_ref())
}

/// Shows how far the work has come, as long as it goes on.
pub(in crate::cli) fn with_progress<T>(work: impl FnOnce(&mut dyn FnMut(VerifyProgress)) -> T) -> T {
    let bar = Progress::new("Verifying", "transfers");
    work(&mut |progress| bar.show_of(progress.sequence.unsigned_abs(), progress.newest.unsigned_abs()))
}

/// Shows what a verification of a book, or of one account, came to.
pub(in crate::cli) fn show(
    context: &Context,
    report: &VerifyReport,
    account: Option<&AccountName>,
) -> Result<Ending, Failure> {
    match context.output.format {
        Format::Json | Format::Ndjson => context.output.one(&VerifyRecord::from(report))?,
        Format::Table | Format::Html | Format::Csv => {
            let findings: Vec<_> = report.findings.iter().map(FindingRecord::from).collect();
            context.output.many(&findings)?;
        }
    }
    if let Some(status) = report.clock.as_ref().filter(|status| status.too_late().is_some()) {
        say(format_args!("Warning: {}.", late_entries_warning(status)));
    }
    let transfers = count(report.transfers, "transfer");
    let (verified, whole) = match account {
        Some(account) => (format!("Verified {transfers} of {account}"), "the account"),
        None => (format!("Verified {transfers} and {}", count(report.accounts, "account")), "the book"),
    };
    let Some(first) = report.findings.first() else {
        say(format_args!("{verified}: {whole} is whole."));
        return Ok(Ending::Done);
    };
    let sequence = first.sequence.map_or_else(|| "no transfer".to_owned(), |place| format!("transfer {place}"));
    let account = first.account.as_deref().unwrap_or("no account in particular");
    let faults = count(report.finding_count, "fault");
    say(format_args!("{verified} and found {faults}. The first is at {sequence}, account {account}."));
    Ok(Ending::Found)
}

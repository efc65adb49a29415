//! Log lines about finished work, at the level of `-v`. They have counts and ids, and never a name, a text or an amount.

use tracing::{Level, enabled, info};

use crate::ledger::accounts::Opened;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::write_options::Mode;
use crate::rejection::Rejection;

/// Requests that were answered.
pub(super) fn answered(answers: &[Result<Receipt, Rejection>], mode: Mode) {
    if !enabled!(Level::INFO) {
        return;
    }
    let receipts = || answers.iter().flatten();
    let transfers = || receipts().flat_map(|receipt| &receipt.transfers).map(|posted| &posted.transfer);
    info!(
        requests = answers.len(),
        replayed = receipts().filter(|receipt| receipt.replayed).count(),
        refused = answers.len() - receipts().count(),
        transfers = transfers().count(),
        first = transfers().next().map(|transfer| transfer.sequence.0),
        last = transfers().next_back().map(|transfer| transfer.sequence.0),
        id = transfers().next().map(|transfer| transfer.id.to_string()),
        dry_run = mode == Mode::DryRun,
        "requests were answered"
    );
}

/// Accounts that were opened now or before.
pub(super) fn opened(answers: &[Result<Opened, Rejection>], mode: Mode) {
    info!(
        requests = answers.len(),
        replayed = answers.iter().flatten().filter(|opened| opened.replayed).count(),
        refused = answers.iter().filter(|answer| answer.is_err()).count(),
        dry_run = mode == Mode::DryRun,
        "accounts were opened"
    );
}

/// A change of an account, of metadata or of a period.
pub(super) fn changed(what: &'static str, is_changed: bool, mode: Mode) {
    info!(what, is_changed, dry_run = mode == Mode::DryRun, "a change was recorded");
}

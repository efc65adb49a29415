//! A walk down a chain ends where the chain begins, and nowhere else. A row that is missing is a fault of the book, never a zero.

use crate::facts::{AccountEvent, AccountId, Instant, Sequence, Transfer};
use crate::models::CorruptRow;
use crate::store::StoreError;

/// The transfer that a pointer leads to is not there, or is none of the account.
fn missing(account: AccountId, sequence: Sequence) -> StoreError {
    CorruptRow::new("transfers", sequence, "sequence", format!("missing in the chain of account {}", account.0)).into()
}

/// The transfers of an account from `first` on, newest first, where fewer than `limit` only if there are no more.
pub(super) fn check_history(
    account: AccountId,
    first: Sequence,
    limit: i64,
    transfers: Vec<Transfer>,
) -> Result<Vec<Transfer>, StoreError> {
    let is_cut = i64::try_from(transfers.len()).is_ok_and(|length| length < limit);
    let next = match transfers.last() {
        Some(oldest) => oldest.entry_of(account).and_then(|entry| entry.previous),
        None => Some(first),
    };
    match next.filter(|_| is_cut) {
        Some(next) => Err(missing(account, next)),
        None => Ok(transfers),
    }
}

/// The oldest transfer that a walk from `newest` down to a moment came to, if it was recorded by then.
pub(super) fn check_last_recorded(
    account: AccountId,
    newest: Sequence,
    at: Instant,
    oldest: Option<Transfer>,
) -> Result<Option<Transfer>, StoreError> {
    let oldest = oldest.ok_or_else(|| missing(account, newest))?;
    if oldest.recorded_at <= at {
        return Ok(Some(oldest));
    }
    match oldest.entry_of(account).and_then(|entry| entry.previous) {
        Some(previous) => Err(missing(account, previous)),
        None => Ok(None),
    }
}

/// Events of an account, newest first, where fewer than `limit` only if there are no more.
pub(super) fn check_events(
    account: AccountId,
    limit: i64,
    events: Vec<AccountEvent>,
) -> Result<Vec<AccountEvent>, StoreError> {
    if let Some(pair) = events.windows(2).find(|pair| pair[0].number - 1 != pair[1].number) {
        return Err(missing_event(account, pair[0].number - 1));
    }
    let is_cut = i64::try_from(events.len()).is_ok_and(|length| length < limit);
    match events.last().filter(|oldest| is_cut && oldest.number > 1) {
        Some(oldest) => Err(missing_event(account, oldest.number - 1)),
        None => Ok(events),
    }
}

fn missing_event(account: AccountId, number: i64) -> StoreError {
    CorruptRow::new("account_events", format!("{}/{number}", account.0), "event", "missing").into()
}

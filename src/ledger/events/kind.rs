//! The kinds of events, each derived from a transfer or a change of the book.

use crate::facts::{AccountEvent, AccountState, BookEventKind, Transfer, TransferId, TransferKind};
use crate::ledger::events::order::BookEntry;

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A transfer was posted, by itself or as a leg of a journal.
    TransferPosted,
    /// A transfer was undone, in whole or in part.
    TransferReversed,
    /// The metadata of a transfer changed.
    TransferMetadataChanged,
    /// Value was reserved.
    HoldPlaced,
    /// Held value was moved.
    HoldCaptured,
    /// What was left of a hold was given up.
    HoldReleased,
    /// What was left of a hold was given up because it had expired.
    HoldExpired,
    /// An account was opened.
    AccountOpened,
    /// The limits of an account changed.
    AccountLimitsChanged,
    /// An account was frozen, on one side or both.
    AccountFrozen,
    /// An account was unfrozen.
    AccountUnfrozen,
    /// An account was closed for ever.
    AccountClosed,
    /// The metadata of an account changed.
    AccountMetadataChanged,
    /// A period was closed.
    PeriodClosed,
    /// A period was opened again.
    PeriodReopened,
    /// A schedule was added.
    ScheduleAdded,
    /// A schedule was broken off.
    ScheduleCancelled,
    /// A due transfer was refused when it was tried first.
    DueRefused,
    /// A due transfer that was refused is not tried again.
    DueSkipped,
    /// A currency was registered.
    CurrencyRegistered,
    /// Entries that are later than the clock were accepted.
    ClockAccepted,
}

teller_ledger_core::words!(EventKind {
    TransferPosted = "transfer.posted",
    TransferReversed = "transfer.reversed",
    TransferMetadataChanged = "transfer.metadata_changed",
    HoldPlaced = "hold.placed",
    HoldCaptured = "hold.captured",
    HoldReleased = "hold.released",
    HoldExpired = "hold.expired",
    AccountOpened = "account.opened",
    AccountLimitsChanged = "account.limits_changed",
    AccountFrozen = "account.frozen",
    AccountUnfrozen = "account.unfrozen",
    AccountClosed = "account.closed",
    AccountMetadataChanged = "account.metadata_changed",
    PeriodClosed = "period.closed",
    PeriodReopened = "period.reopened",
    ScheduleAdded = "schedule.added",
    ScheduleCancelled = "schedule.cancelled",
    DueRefused = "due.refused",
    DueSkipped = "due.skipped",
    CurrencyRegistered = "currency.registered",
    ClockAccepted = "clock.accepted",
});

impl EventKind {
    pub(super) fn of(entry: &BookEntry) -> Self {
        match entry {
            BookEntry::Opening(_) => Self::AccountOpened,
            BookEntry::Transfer(transfer) => of_transfer(transfer),
            BookEntry::OfAccount(event) => of_account_event(event),
            BookEntry::OfBook(event) => match event.change.kind() {
                BookEventKind::PeriodClosed => Self::PeriodClosed,
                BookEventKind::PeriodReopened => Self::PeriodReopened,
                BookEventKind::ScheduleAdded => Self::ScheduleAdded,
                BookEventKind::ScheduleCancelled => Self::ScheduleCancelled,
                BookEventKind::CurrencyRegistered => Self::CurrencyRegistered,
                BookEventKind::ClockAccepted => Self::ClockAccepted,
                BookEventKind::DueRefused => Self::DueRefused,
                BookEventKind::DueSkipped => Self::DueSkipped,
            },
        }
    }
}

fn of_transfer(transfer: &Transfer) -> EventKind {
    match transfer.kind {
        TransferKind::Transfer => EventKind::TransferPosted,
        TransferKind::Reversal => EventKind::TransferReversed,
        TransferKind::Hold => EventKind::HoldPlaced,
        TransferKind::Capture => EventKind::HoldCaptured,
        // An expiry has an id of its own, which the hold alone determines.
        TransferKind::Release if transfer.hold_id.map(TransferId::of_expiry) == Some(transfer.id) => {
            EventKind::HoldExpired
        }
        TransferKind::Release => EventKind::HoldReleased,
    }
}

fn of_account_event(event: &AccountEvent) -> EventKind {
    if let Some(annotation) = &event.annotation {
        return match annotation.transfer_id {
            Some(_) => EventKind::TransferMetadataChanged,
            None => EventKind::AccountMetadataChanged,
        };
    }
    if event.before.state == event.after.state {
        return EventKind::AccountLimitsChanged;
    }
    match event.after.state {
        AccountState::Open => EventKind::AccountUnfrozen,
        AccountState::Frozen | AccountState::DebitsFrozen | AccountState::CreditsFrozen => EventKind::AccountFrozen,
        AccountState::Closed => EventKind::AccountClosed,
    }
}

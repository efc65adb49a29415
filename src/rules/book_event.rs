//! What happens to a book as a whole: not to an account, but to the rules by which all of them are kept. One chain has all of it.

use super::chain::hash_book_event;
use super::hash::Hash;
use super::ids::Sequence;
use super::instant::Instant;
use super::period::{Period, PeriodAction};
use super::schedule::ScheduleId;
use super::text::{Actor, Description};
use super::words::words;
use crate::money::Currency;

/// What kind of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookEventKind {
    /// A period was closed.
    PeriodClosed,
    /// A period was opened again.
    PeriodReopened,
    /// A schedule was added.
    ScheduleAdded,
    /// A schedule was broken off.
    ScheduleCancelled,
    /// A currency was registered.
    CurrencyRegistered,
    /// Entries that are later than the clock were accepted.
    ClockAccepted,
}

words!(BookEventKind {
    PeriodClosed = "period_closed",
    PeriodReopened = "period_reopened",
    ScheduleAdded = "schedule_added",
    ScheduleCancelled = "schedule_cancelled",
    CurrencyRegistered = "currency_registered",
    ClockAccepted = "clock_accepted",
});

/// What happened to the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookChange {
    /// A period was closed or reopened.
    Period {
        /// The period.
        period: Period,
        /// What became of it.
        action: PeriodAction,
    },
    /// A schedule was added.
    ScheduleAdded {
        /// The schedule.
        schedule: ScheduleId,
        /// Its own hash, which covers all of it but how far it has come.
        hash: Hash,
    },
    /// A schedule was broken off. When, by whom and why are the event's own fields.
    ScheduleCancelled {
        /// The schedule.
        schedule: ScheduleId,
        /// Its own hash.
        hash: Hash,
    },
    /// A currency that ISO 4217 does not list was registered.
    CurrencyRegistered {
        /// Its code and exponent.
        currency: Currency,
        /// Its name.
        name: Description,
    },
    /// Entries later than the clock, up to a moment, were accepted. There is always a reason.
    ClockAccepted {
        /// The latest entry that is accepted.
        until: Instant,
    },
}

impl BookChange {
    /// What kind of event it makes.
    #[must_use]
    pub const fn kind(&self) -> BookEventKind {
        match self {
            Self::Period { action: PeriodAction::Close, .. } => BookEventKind::PeriodClosed,
            Self::Period { action: PeriodAction::Reopen, .. } => BookEventKind::PeriodReopened,
            Self::ScheduleAdded { .. } => BookEventKind::ScheduleAdded,
            Self::ScheduleCancelled { .. } => BookEventKind::ScheduleCancelled,
            Self::CurrencyRegistered { .. } => BookEventKind::CurrencyRegistered,
            Self::ClockAccepted { .. } => BookEventKind::ClockAccepted,
        }
    }

    /// Up to when entries later than the clock are accepted by it; `None` for any other change.
    #[must_use]
    pub const fn accepted_until(&self) -> Option<Instant> {
        match self {
            Self::ClockAccepted { until } => Some(*until),
            _ => None,
        }
    }
}

/// Who changes the book, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
}

/// An event of the book as a whole, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookEvent {
    /// Its number among these events, from 1.
    pub number: i64,
    /// Its place in the book, among transfers and events of accounts.
    pub sequence: Sequence,
    /// When the ledger took it: later than the event before it.
    pub recorded_at: Instant,
    /// What happened.
    pub change: BookChange,
    /// Who wanted it so.
    pub actor: Actor,
    /// Why.
    pub reason: Option<Description>,
    /// Covers all of the above, the sequence too, and all events before it.
    pub hash: Hash,
}

impl BookEvent {
    /// The hash before the first event.
    pub const FIRST_HEAD: Hash = Hash([0; 32]);

    /// The event behind another one, or the first.
    #[must_use]
    pub fn behind(
        last: Option<&Self>,
        sequence: Sequence,
        now: Instant,
        Signature { actor, reason }: Signature,
        change: BookChange,
    ) -> Self {
        let mut event = Self {
            number: last.map_or(0, |last| last.number) + 1,
            sequence,
            recorded_at: last.map_or(now, |last| now.max(last.recorded_at.next())),
            change,
            actor,
            reason,
            hash: Self::FIRST_HEAD,
        };
        event.hash = hash_book_event(&event, last.map_or(Self::FIRST_HEAD, |last| last.hash));
        event
    }
}

//! What happens to a book as a whole: not to an account, but to the rules by which all of them are kept. One chain has all of it.

use crate::facts::currency_name::CurrencyName;
use crate::facts::hash::Hash;
use crate::facts::ids::Sequence;
use crate::facts::instant::Instant;
use crate::facts::period::Period;
use crate::facts::period_action::PeriodAction;
use crate::facts::refusal::Refusal;
use crate::facts::schedule_id::ScheduleId;
use crate::facts::text::{Actor, Description};
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
    /// A due transfer was refused when it was tried first.
    DueRefused,
    /// A due transfer that was refused is not tried again.
    DueSkipped,
}

words!(BookEventKind {
    PeriodClosed = "period_closed",
    PeriodReopened = "period_reopened",
    ScheduleAdded = "schedule_added",
    ScheduleCancelled = "schedule_cancelled",
    CurrencyRegistered = "currency_registered",
    ClockAccepted = "clock_accepted",
    DueRefused = "due_refused",
    DueSkipped = "due_skipped",
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
        name: CurrencyName,
    },
    /// Entries later than the clock, up to a moment, were accepted. There is always a reason.
    ClockAccepted {
        /// The latest entry that is accepted.
        until: Instant,
    },
    /// A due transfer was refused when it was tried first. Later attempts that are refused too are no changes of the book.
    DueRefused(RefusedDue),
    /// A due transfer that was refused is not tried again: it never passes, its time is over, or its schedule was cancelled.
    DueSkipped(RefusedDue),
}

/// A due transfer that was not posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedDue {
    /// The schedule.
    pub schedule: ScheduleId,
    /// The schedule's own hash.
    pub hash: Hash,
    /// When it was due.
    pub due_at: Instant,
    /// Why it was refused last.
    pub refusal: Refusal,
}

/// The values that a change of a book has where it is kept: columns of a row, or fields of a line. Only those of its kind are asked for.
pub trait BookChangeFields {
    /// Why a value is not what it should be.
    type Error;

    /// The period that was closed or reopened.
    ///
    /// # Errors
    /// Where it is missing, or no period.
    fn period(&self) -> Result<Period, Self::Error>;

    /// The schedule that was added or broken off, and its own hash.
    ///
    /// # Errors
    /// Where one of them is missing, or not what it should be.
    fn schedule(&self) -> Result<(ScheduleId, Hash), Self::Error>;

    /// The currency that was registered, and its name.
    ///
    /// # Errors
    /// Where one of them is missing, or not what it should be.
    fn currency(&self) -> Result<(Currency, CurrencyName), Self::Error>;

    /// The latest entry that was accepted.
    ///
    /// # Errors
    /// Where it is missing, or no moment.
    fn accepted_until(&self) -> Result<Instant, Self::Error>;

    /// The moment of a due, and why it was refused.
    ///
    /// # Errors
    /// Where one of them is missing, or no moment.
    fn due(&self) -> Result<(Instant, Refusal), Self::Error>;
}

impl BookChange {
    /// Reads a change of a kind.
    ///
    /// # Errors
    /// Those of the fields.
    pub fn read<F: BookChangeFields>(kind: BookEventKind, fields: &F) -> Result<Self, F::Error> {
        Ok(match kind {
            BookEventKind::PeriodClosed => Self::Period { period: fields.period()?, action: PeriodAction::Close },
            BookEventKind::PeriodReopened => Self::Period { period: fields.period()?, action: PeriodAction::Reopen },
            BookEventKind::ScheduleAdded => {
                let (schedule, hash) = fields.schedule()?;
                Self::ScheduleAdded { schedule, hash }
            }
            BookEventKind::ScheduleCancelled => {
                let (schedule, hash) = fields.schedule()?;
                Self::ScheduleCancelled { schedule, hash }
            }
            BookEventKind::CurrencyRegistered => {
                let (currency, name) = fields.currency()?;
                Self::CurrencyRegistered { currency, name }
            }
            BookEventKind::ClockAccepted => Self::ClockAccepted { until: fields.accepted_until()? },
            BookEventKind::DueRefused => Self::DueRefused(RefusedDue::read(fields)?),
            BookEventKind::DueSkipped => Self::DueSkipped(RefusedDue::read(fields)?),
        })
    }

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
            Self::DueRefused(_) => BookEventKind::DueRefused,
            Self::DueSkipped(_) => BookEventKind::DueSkipped,
        }
    }

    /// The schedule that it is about, and the schedule's own hash; `None` for any other change.
    #[must_use]
    pub const fn schedule(&self) -> Option<(ScheduleId, Hash)> {
        match self {
            Self::ScheduleAdded { schedule, hash } | Self::ScheduleCancelled { schedule, hash } => {
                Some((*schedule, *hash))
            }
            Self::DueRefused(due) | Self::DueSkipped(due) => Some((due.schedule, due.hash)),
            Self::Period { .. } | Self::CurrencyRegistered { .. } | Self::ClockAccepted { .. } => None,
        }
    }

    /// The due that it is about; `None` for any other change.
    #[must_use]
    pub const fn due(&self) -> Option<&RefusedDue> {
        match self {
            Self::DueRefused(due) | Self::DueSkipped(due) => Some(due),
            _ => None,
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

impl RefusedDue {
    fn read<F: BookChangeFields>(fields: &F) -> Result<Self, F::Error> {
        let ((schedule, hash), (due_at, refusal)) = (fields.schedule()?, fields.due()?);
        Ok(Self { schedule, hash, due_at, refusal })
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
    /// Its number among all transfers and events of the book.
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

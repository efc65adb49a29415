//! Records of closed periods, and of the events that closed and reopened them.

use crate::facts::{BookChange, BookEvent, Hash, Instant, Period, PeriodAction, Sequence};
use crate::ledger::Mode;
use crate::wire::records::text;

record! {
    /// A period that is closed.
    pub struct ClosedPeriodRecord {
        /// The period, as a year, a month or a day.
        period: Period,
        /// The first moment of it.
        begin: Instant,
        /// The first moment behind it.
        end: Instant,
    }
}

impl From<Period> for ClosedPeriodRecord {
    fn from(period: Period) -> Self {
        Self { period, begin: period.begin(), end: period.end() }
    }
}

record! {
    /// A closing or reopening of a period.
    pub struct PeriodEventRecord {
        /// The event's number within its chain, from 1.
        event: i64,
        /// Its number in the book's one order.
        sequence: Sequence,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// The period, as a year, a month or a day.
        period: Period,
        /// Whether it was closed or reopened.
        action: PeriodAction,
        /// Who asked for it.
        actor: String,
        /// The reason that was given; null where there is none.
        reason: Option<String>,
        /// Its hash in the chain.
        hash: Hash,
    }
    table { event, recorded_at, period, action, actor, reason }
}

impl PeriodEventRecord {
    /// The closing or reopening that an event is, or `None` for one of another kind.
    #[must_use]
    pub fn of(event: &BookEvent) -> Option<Self> {
        let BookChange::Period { period, action } = event.change else { return None };
        Some(Self {
            event: event.number,
            sequence: event.sequence,
            recorded_at: event.recorded_at,
            period,
            action,
            actor: event.actor.to_string(),
            reason: text(event.reason.as_ref()),
            hash: event.hash,
        })
    }
}

record! {
    /// What a request to close or reopen a period came to.
    pub struct PeriodChangeRecord {
        /// Null where nothing changed, as are the sequence, the time, the actor, the reason and the hash.
        event: Option<i64>,
        /// Its number in the book's one order; null where nothing changed and in a dry run.
        sequence: Option<Sequence>,
        /// When the ledger recorded it; null where nothing changed.
        recorded_at: Option<Instant>,
        /// The period, as a year, a month or a day.
        period: Period,
        /// Whether it was to be closed or reopened.
        action: PeriodAction,
        /// Who asked for it; null where nothing changed.
        actor: Option<String>,
        /// The reason that was given; null where there is none or nothing changed.
        reason: Option<String>,
        /// Its hash in the chain; null where nothing changed.
        hash: Option<Hash>,
        /// Whether the period was not like that already.
        changed: bool,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
    }
    table { event, period, action, changed, actor, reason } room { recorded_at }
}

impl PeriodChangeRecord {
    /// What was asked for, and the record of it where something changed.
    #[must_use]
    pub fn new(period: Period, action: PeriodAction, event: Option<&BookEvent>, mode: Mode) -> Self {
        let is_written = mode == Mode::Commit;
        Self {
            event: event.map(|event| event.number),
            sequence: event.filter(|_| is_written).map(|event| event.sequence),
            recorded_at: event.map(|event| event.recorded_at),
            period,
            action,
            actor: event.map(|event| event.actor.to_string()),
            reason: event.and_then(|event| text(event.reason.as_ref())),
            hash: event.map(|event| event.hash),
            changed: event.is_some() && is_written,
            dry_run: !is_written,
        }
    }
}

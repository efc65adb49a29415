use serde::Serialize;

use super::text;
use crate::rules::{BookChange, BookEvent, Hash, Instant, Period, PeriodAction, Sequence};

/// A period that is closed.
#[derive(Debug, Serialize)]
pub struct ClosedPeriodRecord {
    period: Period,
    begin: Instant,
    /// The first moment behind it.
    end: Instant,
}

columns!(ClosedPeriodRecord { period, begin, end });

impl From<Period> for ClosedPeriodRecord {
    fn from(period: Period) -> Self {
        Self { period, begin: period.begin(), end: period.end() }
    }
}

/// A closing or reopening of a period.
#[derive(Debug, Serialize)]
pub struct PeriodEventRecord {
    event: i64,
    sequence: Sequence,
    recorded_at: Instant,
    period: Period,
    action: PeriodAction,
    actor: String,
    reason: Option<String>,
    hash: Hash,
}

columns!(PeriodEventRecord { event, sequence, recorded_at, period, action, actor, reason, hash });

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

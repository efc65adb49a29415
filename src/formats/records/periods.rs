use serde::Serialize;

use super::text;
use crate::rules::{Hash, Instant, Period, PeriodAction, PeriodEvent, Sequence};

/// A period that is closed.
#[derive(Debug, Serialize)]
pub struct ClosedPeriodRecord {
    period: Period,
    begin: Instant,
    /// The first moment behind it.
    end: Instant,
}

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

impl From<&PeriodEvent> for PeriodEventRecord {
    fn from(event: &PeriodEvent) -> Self {
        Self {
            event: event.number,
            sequence: event.sequence,
            recorded_at: event.recorded_at,
            period: event.period,
            action: event.action,
            actor: event.actor.to_string(),
            reason: text(event.reason.as_ref()),
            hash: event.hash,
        }
    }
}

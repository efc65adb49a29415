//! The lines of what happened to the book as a whole. The fields and their order are a promise.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::facts::{
    BookChange, BookChangeFields, BookEvent, BookEventKind, CurrencyName, Hash, Instant, Period, Refusal, ScheduleId,
    Sequence,
};
use crate::interchange::book_file::fields::{hash, optional, parsed, uuid};
use crate::money::Currency;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BookEventShape<'a> {
    sequence: i64,
    event: i64,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exponent: Option<u8>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    due_code: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    due_reason: Option<Cow<'a, str>>,
    recorded_at: String,
    #[serde(borrow)]
    actor: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    hash: String,
}

pub(super) fn book_event_shape(event: &BookEvent) -> BookEventShape<'_> {
    let mut shape = BookEventShape {
        sequence: event.sequence.0,
        event: event.number,
        kind: Cow::Borrowed(event.change.kind().as_str()),
        period: None,
        schedule: None,
        schedule_hash: None,
        currency: None,
        exponent: None,
        name: None,
        accepted_until: None,
        due_at: None,
        due_code: None,
        due_reason: None,
        recorded_at: event.recorded_at.to_string(),
        actor: Cow::Borrowed(event.actor.as_str()),
        reason: event.reason.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        hash: event.hash.to_string(),
    };
    match &event.change {
        BookChange::Period { period, .. } => shape.period = Some(period.to_string()),
        BookChange::ScheduleAdded { schedule, hash } | BookChange::ScheduleCancelled { schedule, hash } => {
            shape.schedule = Some(schedule.to_string());
            shape.schedule_hash = Some(hash.to_string());
        }
        BookChange::CurrencyRegistered { currency, name } => {
            shape.currency = Some(currency.code().to_string());
            shape.exponent = Some(currency.exponent());
            shape.name = Some(Cow::Borrowed(name.as_str()));
        }
        BookChange::ClockAccepted { until } => shape.accepted_until = Some(until.to_string()),
        BookChange::DueRefused(due) | BookChange::DueSkipped(due) => {
            shape.schedule = Some(due.schedule.to_string());
            shape.schedule_hash = Some(due.hash.to_string());
            shape.due_at = Some(due.due_at.to_string());
            shape.due_code = Some(Cow::Borrowed(&due.refusal.code));
            shape.due_reason = Some(Cow::Borrowed(&due.refusal.reason));
        }
    }
    shape
}

/// The event on a line. Fields that its kind does not have are left to the comparison with how the line should be written.
pub(super) fn book_event(shape: &BookEventShape<'_>) -> Result<BookEvent, String> {
    let kind = BookEventKind::from_word(&shape.kind);
    let kind = kind.ok_or_else(|| format!("kind is {:?}, which nothing that happens to a book is", shape.kind))?;
    Ok(BookEvent {
        number: shape.event,
        sequence: Sequence(shape.sequence),
        recorded_at: parsed("recorded_at", &shape.recorded_at)?,
        change: BookChange::read(kind, shape)?,
        actor: parsed("actor", &shape.actor)?,
        reason: optional(shape.reason.as_deref(), |text| parsed("reason", text))?,
        hash: hash("hash", &shape.hash)?,
    })
}

impl BookChangeFields for BookEventShape<'_> {
    type Error = String;

    fn period(&self) -> Result<Period, String> {
        parsed("period", of("period", self.period.as_deref())?)
    }

    fn schedule(&self) -> Result<(ScheduleId, Hash), String> {
        let schedule = ScheduleId(uuid("schedule", of("schedule", self.schedule.as_deref())?)?);
        Ok((schedule, hash("schedule_hash", of("schedule_hash", self.schedule_hash.as_deref())?)?))
    }

    fn currency(&self) -> Result<(Currency, CurrencyName), String> {
        let exponent = self.exponent.ok_or_else(|| missing("exponent"))?;
        let code = parsed("currency", of("currency", self.currency.as_deref())?)?;
        let currency = Currency::new(code, exponent).map_err(|error| error.to_string())?;
        Ok((currency, parsed("name", of("name", self.name.as_deref())?)?))
    }

    fn accepted_until(&self) -> Result<Instant, String> {
        parsed("accepted_until", of("accepted_until", self.accepted_until.as_deref())?)
    }

    fn due(&self) -> Result<(Instant, Refusal), String> {
        let due_at = parsed("due_at", of("due_at", self.due_at.as_deref())?)?;
        let code = of("due_code", self.due_code.as_deref())?.to_owned();
        let reason = of("due_reason", self.due_reason.as_deref())?.to_owned();
        Ok((due_at, Refusal { code, reason }))
    }
}

/// The value of a field that the kind needs.
fn of<'a>(field: &str, value: Option<&'a str>) -> Result<&'a str, String> {
    value.ok_or_else(|| missing(field))
}

fn missing(field: &str) -> String {
    format!("{field} is missing, which such an event has")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{PeriodAction, RefusedDue, Signature};

    #[test]
    fn every_kind_of_event_is_read_as_it_was_written() {
        let (schedule, hash) = (ScheduleId::LAST, Hash([7; 32]));
        let period = "2026-01".parse().unwrap();
        let refusal = Refusal { code: "insufficient_funds".to_owned(), reason: "only \"1\" is there".to_owned() };
        let due = RefusedDue { schedule, hash, due_at: Instant::EPOCH, refusal };
        let currency = Currency::new("TOK".parse().unwrap(), 3).unwrap();
        let changes = [
            BookChange::Period { period, action: PeriodAction::Close },
            BookChange::Period { period, action: PeriodAction::Reopen },
            BookChange::ScheduleAdded { schedule, hash },
            BookChange::ScheduleCancelled { schedule, hash },
            BookChange::CurrencyRegistered { currency, name: "Token".parse().unwrap() },
            BookChange::ClockAccepted { until: Instant::MAX },
            BookChange::DueRefused(due.clone()),
            BookChange::DueSkipped(due),
        ];
        assert_eq!(changes.len(), BookEventKind::ALL.len());
        let mut last = None;
        for (number, change) in (1..).zip(changes) {
            let signature = Signature { actor: "ops".parse().unwrap(), reason: Some("why \"so\"".parse().unwrap()) };
            let event = BookEvent::behind(last.as_ref(), Sequence(number), Instant::EPOCH, signature, change);
            let line = serde_json::to_string(&book_event_shape(&event)).unwrap();
            let shape: BookEventShape<'_> = serde_json::from_str(&line).unwrap();
            assert_eq!(book_event(&shape).unwrap(), event, "{line}");
            last = Some(event);
        }
    }
}

//! A schedule as JSON.

use crate::error::InputError;
use crate::facts::{Actor, Instant, OnRefusal, RecurrencePeriod, RecurrenceRequest};
use crate::money::WrittenAmount;
use crate::requests::{Parties, Place, Placed, ScheduleRequest};
use crate::wire::amounts::read_amount;
use crate::wire::json::{Fields, Json, in_field};
use crate::wire::notes::Notes;
use crate::wire::operation_json::no_id;
use crate::wire::recurrences::{read_date, read_due_day, read_time_of_day};
use crate::wire::request_json::take_id;

/// The most periods from one due to the next.
const INTERVAL_MAX: i64 = 9_999;

/// `{"key": "rent", "from": "alice", "to": "bob", "amount": "800.00", "every": "month", "interval": 1, "day": "31", "at": "09:00",
/// "start": "2026-01-01", "until": "2027-01-01T00:00:00Z", "count": 12, "on_refusal": "retry"}`, or `once` with a time in place of `every`.
pub(crate) fn read_schedule(
    mut fields: Fields,
    actor: Actor,
) -> Result<ScheduleRequest<Placed<WrittenAmount>>, InputError> {
    let id = take_id(&mut fields)?.ok_or_else(no_id)?;
    let Notes { id, description, metadata } = Notes::take(&mut fields, id, None)?;
    let amount = read_amount(&fields.require_text("amount")?).map_err(|fault| in_field(fault, "amount"))?;
    let request = ScheduleRequest {
        id: id.id().into(),
        parties: take_parties(&mut fields)?,
        money: Place::default().field("amount").of(amount),
        recurrence: take_recurrence(&mut fields)?,
        on_refusal: take_policy(&mut fields)?,
        description,
        metadata,
        actor,
    };
    fields.finish("id or key; from and to, or debit and credit; amount; every, interval, day, at, start, until and count, or once; on_refusal, description and metadata")?;
    Ok(request)
}

fn take_parties(fields: &mut Fields) -> Result<Parties, InputError> {
    if fields.has("debit") || fields.has("credit") {
        return Ok(Parties::Post { debit: fields.require_parsed("debit")?, credit: fields.require_parsed("credit")? });
    }
    Ok(Parties::Transfer { from: fields.require_parsed("from")?, to: fields.require_parsed("to")? })
}

fn take_recurrence(fields: &mut Fields) -> Result<RecurrenceRequest, InputError> {
    if let Some(once) = fields.take_parsed::<Instant>("once")? {
        return Ok(RecurrenceRequest { from: Some(once), ..RecurrenceRequest::every(RecurrencePeriod::Once) });
    }
    let period = match fields.require_text("every")?.as_str() {
        "day" => RecurrencePeriod::Day,
        "week" => RecurrencePeriod::Week,
        "month" => RecurrencePeriod::Month,
        "year" => RecurrencePeriod::Year,
        other => {
            let problem = format!("{other:?} is no period; write day, week, month or year");
            return Err(in_field(InputError::request(problem), "every"));
        }
    };
    let read = |text: Option<String>, name: &str, read: fn(&str) -> Result<Instant, InputError>| {
        text.map(|text| read(&text).map_err(|fault| in_field(fault, name))).transpose()
    };
    let day = fields.take_text("day")?.map(|text| read_due_day(&text)).transpose();
    let at = fields.take_text("at")?.map(|text| read_time_of_day(&text)).transpose();
    Ok(RecurrenceRequest {
        period,
        step: take_number(fields, "interval", INTERVAL_MAX)?.unwrap_or(1),
        day: day.map_err(|fault| in_field(fault, "day"))?,
        time_of_day: at.map_err(|fault| in_field(fault, "at"))?.unwrap_or_default(),
        from: read(fields.take_text("start")?, "start", read_date)?,
        until: fields.take_parsed("until")?,
        due_count_max: take_number(fields, "count", u32::MAX.into())?,
    })
}

fn take_number(fields: &mut Fields, name: &str, most: i64) -> Result<Option<u32>, InputError> {
    match fields.take(name) {
        None => Ok(None),
        Some(Json::Number(number)) if (1..=most).contains(&number) => Ok(u32::try_from(number).ok()),
        Some(_) => {
            Err(in_field(InputError::request(format!("it is a whole number from 1 to {most}, without quotes")), name))
        }
    }
}

fn take_policy(fields: &mut Fields) -> Result<OnRefusal, InputError> {
    match fields.take_text("on_refusal")?.as_deref() {
        None | Some("retry") => Ok(OnRefusal::Retry),
        Some("skip") => Ok(OnRefusal::Skip),
        Some(other) => {
            let problem = format!("{other:?} is no way to deal with a refusal; write retry or skip");
            Err(in_field(InputError::request(problem), "on_refusal"))
        }
    }
}

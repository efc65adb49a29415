//! The lines of schedules and their dues. The fields and their order are a promise.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{
    AccountId, Cancellation, Due, DueState, OnRefusal, Recurrence, RecurrenceParts, RecurrencePeriod, Refusal,
    Schedule, ScheduleId, TransferId,
};
use crate::interchange::book_file::fields::{
    Currencies, amount, hash, known, metadata, number, optional, parsed, uuid, word,
};
use crate::ledger::BookPart;
use crate::money::Currency;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScheduleShape<'a> {
    id: String,
    debit_account: i64,
    credit_account: i64,
    amount: String,
    currency: String,
    #[serde(borrow)]
    period: Cow<'a, str>,
    step: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<u8>,
    first_due_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_count_max: Option<u32>,
    #[serde(borrow)]
    on_refusal: Cow<'a, str>,
    created_at: String,
    #[serde(borrow)]
    actor: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    hash: String,
    due_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    cancelled_by: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    cancel_reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DueShape<'a> {
    schedule: String,
    due_at: String,
    #[serde(borrow)]
    state: Cow<'a, str>,
    attempts: u32,
    first_at: String,
    last_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    code: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    hash: String,
}

pub(super) fn schedule_shape(schedule: &Schedule, currency: Currency) -> ScheduleShape<'_> {
    let RecurrenceParts { period, step, day, first_due_at, until, due_count_max } = schedule.recurrence.parts();
    let cancellation = schedule.cancellation.as_ref();
    let reason = cancellation.and_then(|cancellation| cancellation.reason.as_ref());
    ScheduleShape {
        id: schedule.id.to_string(),
        debit_account: schedule.debit_account_id.0,
        credit_account: schedule.credit_account_id.0,
        amount: number(schedule.amount, currency),
        currency: currency.code().to_string(),
        period: Cow::Borrowed(period.as_str()),
        step,
        day,
        first_due_at: first_due_at.to_string(),
        until: until.map(|time| time.to_string()),
        due_count_max,
        on_refusal: Cow::Borrowed(schedule.on_refusal.as_str()),
        created_at: schedule.created_at.to_string(),
        actor: Cow::Borrowed(schedule.actor.as_str()),
        description: schedule.description.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        metadata: schedule.metadata.entries().clone(),
        hash: schedule.hash.to_string(),
        due_count: schedule.due_count,
        cancelled_at: cancellation.map(|cancellation| cancellation.at.to_string()),
        cancelled_by: cancellation.map(|cancellation| Cow::Borrowed(cancellation.actor.as_str())),
        cancel_reason: reason.map(|text| Cow::Borrowed(text.as_str())),
    }
}

pub(super) fn due_shape(due: &Due) -> DueShape<'_> {
    DueShape {
        schedule: due.schedule_id.to_string(),
        due_at: due.due_at.to_string(),
        state: Cow::Borrowed(due.state.as_str()),
        attempts: due.attempts,
        first_at: due.first_at.to_string(),
        last_at: due.last_at.to_string(),
        transfer: due.transfer_id.map(|id| id.to_string()),
        code: due.refusal.as_ref().map(|refusal| Cow::Borrowed(refusal.code.as_str())),
        reason: due.refusal.as_ref().map(|refusal| Cow::Borrowed(refusal.reason.as_str())),
        hash: due.hash.to_string(),
    }
}

pub(super) fn schedule(shape: ScheduleShape<'_>, currencies: &Currencies) -> Result<BookPart, String> {
    let currency = known(&shape.currency, currencies)?;
    let parts = RecurrenceParts {
        period: word("period", &shape.period, RecurrencePeriod::from_word)?,
        step: shape.step,
        day: shape.day,
        first_due_at: parsed("first_due_at", &shape.first_due_at)?,
        until: optional(shape.until.as_deref(), |text| parsed("until", text))?,
        due_count_max: shape.due_count_max,
    };
    let cancellation = cancellation(&shape)?;
    let schedule = Schedule {
        id: ScheduleId(uuid("id", &shape.id)?),
        debit_account_id: AccountId(shape.debit_account),
        credit_account_id: AccountId(shape.credit_account),
        amount: amount("amount", &shape.amount, currency)?,
        recurrence: Recurrence::new(parts).map_err(|error| error.to_string())?,
        on_refusal: word("on_refusal", &shape.on_refusal, OnRefusal::from_word)?,
        description: optional(shape.description.as_deref(), |text| parsed("description", text))?,
        metadata: metadata(shape.metadata)?,
        created_at: parsed("created_at", &shape.created_at)?,
        actor: parsed("actor", &shape.actor)?,
        hash: hash("hash", &shape.hash)?,
        due_count: shape.due_count,
        cancellation,
    };
    if !schedule.amount.is_positive() {
        return Err(format!("amount is {}, which is not more than zero", shape.amount));
    }
    Ok(BookPart::Schedule(Box::new(schedule), currency))
}

fn cancellation(shape: &ScheduleShape<'_>) -> Result<Option<Cancellation>, String> {
    let (Some(at), Some(actor)) = (&shape.cancelled_at, &shape.cancelled_by) else { return Ok(None) };
    let reason = optional(shape.cancel_reason.as_deref(), |text| parsed("cancel_reason", text))?;
    Ok(Some(Cancellation { at: parsed("cancelled_at", at)?, actor: parsed("cancelled_by", actor)?, reason }))
}

pub(super) fn due(shape: DueShape<'_>) -> Result<BookPart, String> {
    let refusal = shape.code.zip(shape.reason);
    Ok(BookPart::Due(Box::new(Due {
        schedule_id: ScheduleId(uuid("schedule", &shape.schedule)?),
        due_at: parsed("due_at", &shape.due_at)?,
        transfer_id: optional(shape.transfer.as_deref(), |text| uuid("transfer", text).map(TransferId))?,
        first_at: parsed("first_at", &shape.first_at)?,
        last_at: parsed("last_at", &shape.last_at)?,
        attempts: shape.attempts,
        state: word("state", &shape.state, DueState::from_word)?,
        refusal: refusal.map(|(code, reason)| Refusal { code: code.into_owned(), reason: reason.into_owned() }),
        hash: hash("hash", &shape.hash)?,
    })))
}

//! The lines of what happened to accounts. The fields and their order are a promise.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{AccountEvent, AccountId, AccountState, Annotation, Sequence, Terms, TransferId, Velocity};
use crate::interchange::book_file::fields::{
    Currencies, amount, hash, known, limit_numbers, limits, metadata, number, optional, parsed, uuid,
};
use crate::ledger::BookPart;
use crate::money::Currency;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventShape<'a> {
    sequence: i64,
    account: i64,
    event: i64,
    version: i64,
    currency: String,
    before: TermsShape,
    after: TermsShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<AnnotationShape>,
    recorded_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal_id: Option<String>,
    #[serde(borrow)]
    actor: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'a, str>>,
    hash: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct TermsShape {
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_balance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_balance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_transfer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_month: Option<String>,
}

/// A change of metadata.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct AnnotationShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<String>,
    before: BTreeMap<String, String>,
    after: BTreeMap<String, String>,
}

pub(super) fn event_shape(event: &AccountEvent, currency: Currency) -> EventShape<'_> {
    EventShape {
        sequence: event.sequence.0,
        account: event.account_id.0,
        event: event.number,
        version: event.version,
        currency: currency.code().to_string(),
        before: terms_shape(event.before, currency),
        after: terms_shape(event.after, currency),
        metadata: event.annotation.as_ref().map(|annotation| AnnotationShape {
            transfer: annotation.transfer_id.map(|id| id.to_string()),
            before: annotation.before.entries().clone(),
            after: annotation.after.entries().clone(),
        }),
        recorded_at: event.recorded_at.to_string(),
        journal_id: event.journal_id.map(|id| id.to_string()),
        actor: Cow::Borrowed(event.actor.as_str()),
        reason: event.reason.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        hash: event.hash.to_string(),
    }
}

fn terms_shape(terms: Terms, currency: Currency) -> TermsShape {
    let [min_balance, max_balance] = limit_numbers(terms.limits, currency);
    let Velocity { per_transfer, per_day, per_month } = terms.velocity;
    let [per_transfer, per_day, per_month] =
        [per_transfer, per_day, per_month].map(|limit| limit.map(|amount| number(amount, currency)));
    TermsShape { state: terms.state.to_string(), min_balance, max_balance, per_transfer, per_day, per_month }
}

pub(super) fn event(shape: EventShape<'_>, currencies: &Currencies) -> Result<BookPart, String> {
    let currency = known(&shape.currency, currencies)?;
    let event = AccountEvent {
        account_id: AccountId(shape.account),
        number: shape.event,
        sequence: Sequence(shape.sequence),
        version: shape.version,
        recorded_at: parsed("recorded_at", &shape.recorded_at)?,
        before: terms(&shape.before, currency)?,
        after: terms(&shape.after, currency)?,
        annotation: shape.metadata.map(annotation).transpose()?,
        actor: parsed("actor", &shape.actor)?,
        reason: optional(shape.reason.as_deref(), |text| parsed("reason", text))?,
        journal_id: optional(shape.journal_id.as_deref(), |text| uuid("journal_id", text))?,
        hash: hash("hash", &shape.hash)?,
    };
    Ok(BookPart::Event(Box::new(event), currency))
}

fn annotation(shape: AnnotationShape) -> Result<Annotation, String> {
    Ok(Annotation {
        transfer_id: optional(shape.transfer.as_deref(), |text| uuid("transfer", text).map(TransferId))?,
        before: metadata(shape.before)?,
        after: metadata(shape.after)?,
    })
}

fn terms(shape: &TermsShape, currency: Currency) -> Result<Terms, String> {
    let state = AccountState::from_word(&shape.state);
    let state = state.ok_or_else(|| format!("state is {:?}, which no account is", shape.state))?;
    let limits = limits(shape.min_balance.as_deref(), shape.max_balance.as_deref(), currency)?;
    let velocity = Velocity {
        per_transfer: optional(shape.per_transfer.as_deref(), |text| amount("per_transfer", text, currency))?,
        per_day: optional(shape.per_day.as_deref(), |text| amount("per_day", text, currency))?,
        per_month: optional(shape.per_month.as_deref(), |text| amount("per_month", text, currency))?,
    };
    Ok(Terms { state, limits, velocity })
}

//! The lines of transfers. The fields and their order are a promise.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{AccountId, Entry, Instant, RequestDigest, Sequence, Transfer, TransferId, TransferKind};
use crate::interchange::book_file::fields::{
    Currencies, amount, hash, known, metadata, number, optional, parsed, uuid,
};
use crate::ledger::BookPart;
use crate::money::Currency;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferShape<'a> {
    sequence: i64,
    id: String,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    amount: String,
    #[serde(borrow)]
    currency: Cow<'a, str>,
    debit: EntryShape,
    credit: EntryShape,
    recorded_at: String,
    effective_at: String,
    #[serde(borrow)]
    actor: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reversed_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_at: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    key: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_digest: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
    hash: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct EntryShape {
    account: i64,
    version: i64,
    balance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<i64>,
}

pub(super) fn transfer_shape(transfer: &Transfer, currency: Currency) -> TransferShape<'_> {
    TransferShape {
        sequence: transfer.sequence.0,
        id: transfer.id.to_string(),
        kind: Cow::Borrowed(transfer.kind.as_str()),
        amount: number(transfer.amount, currency),
        currency: Cow::Owned(currency.code().to_string()),
        debit: entry_shape(&transfer.debit, currency),
        credit: entry_shape(&transfer.credit, currency),
        recorded_at: transfer.recorded_at.to_string(),
        effective_at: transfer.effective_at.to_string(),
        journal_id: transfer.journal_id.map(|id| id.to_string()),
        hold_id: transfer.hold_id.map(|id| id.to_string()),
        reversed_id: transfer.reversed_id.map(|id| id.to_string()),
        expires_at: transfer.expires_at.map(|time| time.to_string()),
        up_to: transfer.up_to.map(|amount| number(amount, currency)),
        key: transfer.key.as_ref().map(|key| Cow::Borrowed(key.as_str())),
        request_digest: transfer.request_digest.map(|digest| digest.0.to_string()),
        actor: transfer.actor.as_str().into(),
        clock_at: transfer.clock_at.map(|time| time.to_string()),
        description: transfer.description.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        metadata: transfer.metadata.entries().clone(),
        hash: transfer.hash.to_string(),
    }
}

fn entry_shape(entry: &Entry, currency: Currency) -> EntryShape {
    EntryShape {
        account: entry.account_id.0,
        version: entry.version,
        balance: number(entry.balance, currency),
        previous: entry.previous.map(|Sequence(place)| place),
    }
}

pub(super) fn transfer(shape: TransferShape<'_>, currencies: &Currencies) -> Result<BookPart, String> {
    let currency = known(&shape.currency, currencies)?;
    let amount_of = |field, text: &str| amount(field, text, currency);
    let kind = TransferKind::from_word(&shape.kind);
    let transfer = Transfer {
        sequence: Sequence(shape.sequence),
        id: TransferId(uuid("id", &shape.id)?),
        kind: kind.ok_or_else(|| format!("kind is {:?}, which no transfer is", shape.kind))?,
        amount: amount_of("amount", &shape.amount)?,
        debit: entry(&shape.debit, currency)?,
        credit: entry(&shape.credit, currency)?,
        recorded_at: parsed("recorded_at", &shape.recorded_at)?,
        effective_at: parsed("effective_at", &shape.effective_at)?,
        journal_id: optional(shape.journal_id.as_deref(), |text| uuid("journal_id", text))?,
        hold_id: optional(shape.hold_id.as_deref(), |text| uuid("hold_id", text).map(TransferId))?,
        reversed_id: optional(shape.reversed_id.as_deref(), |text| uuid("reversed_id", text).map(TransferId))?,
        expires_at: optional(shape.expires_at.as_deref(), |text| parsed::<Instant>("expires_at", text))?,
        up_to: optional(shape.up_to.as_deref(), |text| amount_of("up_to", text))?,
        key: optional(shape.key.as_deref(), |text| parsed("key", text))?,
        request_digest: optional(shape.request_digest.as_deref(), |text| uuid("request_digest", text))?
            .map(RequestDigest),
        actor: parsed("actor", &shape.actor)?,
        clock_at: optional(shape.clock_at.as_deref(), |text| parsed::<Instant>("clock_at", text))?,
        description: optional(shape.description.as_deref(), |text| parsed("description", text))?,
        metadata: metadata(shape.metadata)?,
        hash: hash("hash", &shape.hash)?,
    };
    if !transfer.amount.is_positive() {
        return Err(format!("amount is {}, which is not more than zero", shape.amount));
    }
    Ok(BookPart::Transfer(Box::new(transfer), currency))
}

fn entry(shape: &EntryShape, currency: Currency) -> Result<Entry, String> {
    Ok(Entry {
        account_id: AccountId(shape.account),
        version: shape.version,
        balance: amount("balance", &shape.balance, currency)?,
        previous: shape.previous.map(Sequence),
    })
}

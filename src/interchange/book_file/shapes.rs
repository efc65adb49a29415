//! The lines as they stand in the file. The fields and their order are a promise.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{AccountEvent, Hash, Leg, Limits, Metadata, Sequence, Terms, Transfer, Velocity};
use crate::interchange::book_file::book_events::{BookEventShape, book_event_shape};
use crate::interchange::book_file::schedules::{DueShape, ScheduleShape, due_shape, schedule_shape};
use crate::ledger::{BookRecord, NumberedAccount};
use crate::money::{Amount, Currency, Money};

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LineShape<'a> {
    Header(HeaderShape),
    #[serde(borrow)]
    Currency(CurrencyShape<'a>),
    Account(AccountShape<'a>),
    Transfer(TransferShape<'a>),
    Event(EventShape<'a>),
    BookEvent(BookEventShape<'a>),
    Schedule(ScheduleShape<'a>),
    Due(DueShape<'a>),
    Trailer(TrailerShape),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderShape {
    pub format: String,
    pub book: String,
    pub accounts: u64,
    pub transfers: u64,
    pub events: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub book_events: u64,
    pub sequence: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub schedules: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dues: u64,
}

/// Files of books without any are the same as before there were such counts.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CurrencyShape<'a> {
    pub code: String,
    pub exponent: u8,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountShape<'a> {
    pub id: i64,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    pub r#type: String,
    pub currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_balance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_balance: Option<String>,
    pub opened_at: String,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    pub hash: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LegShape {
    pub account: i64,
    pub version: i64,
    pub balance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<i64>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferShape<'a> {
    pub sequence: i64,
    pub id: String,
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    pub amount: String,
    #[serde(borrow)]
    pub currency: Cow<'a, str>,
    pub debit: LegShape,
    pub credit: LegShape,
    pub recorded_at: String,
    pub effective_at: String,
    #[serde(borrow)]
    pub actor: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reversed_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_at: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub key: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_digest: Option<String>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub description: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    pub hash: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsShape {
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_balance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_balance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_transfer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_month: Option<String>,
}

/// A change of metadata.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnnotationShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<String>,
    pub before: BTreeMap<String, String>,
    pub after: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventShape<'a> {
    pub sequence: i64,
    pub account: i64,
    pub event: i64,
    pub version: i64,
    pub currency: String,
    pub before: TermsShape,
    pub after: TermsShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<AnnotationShape>,
    pub recorded_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal_id: Option<String>,
    #[serde(borrow)]
    pub actor: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'a, str>>,
    pub hash: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TrailerShape {
    pub accounts: u64,
    pub transfers: u64,
    pub events: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub book_events: u64,
    pub root: String,
    pub sha256: String,
}

impl<'a> LineShape<'a> {
    /// The line for a record. `before` is the hash of all lines before it, for the trailer.
    pub(super) fn new(record: &'a BookRecord, before: impl FnOnce() -> Hash) -> Self {
        match record {
            BookRecord::Header(header) => Self::Header(HeaderShape {
                format: crate::interchange::book_file::FORMAT.to_owned(),
                book: header.book_id.to_string(),
                accounts: header.accounts,
                transfers: header.transfers,
                events: header.events,
                book_events: header.book_events,
                sequence: header.sequence.0,
                schedules: header.schedules,
                dues: header.dues,
            }),
            BookRecord::Currency(named) => Self::Currency(CurrencyShape {
                code: named.currency.code().to_string(),
                exponent: named.currency.exponent(),
                name: Cow::Owned(named.name.to_string()),
            }),
            BookRecord::Account(account) => Self::Account(account_shape(account)),
            BookRecord::Transfer(transfer, currency) => Self::Transfer(transfer_shape(transfer, *currency)),
            BookRecord::Event(event, currency) => Self::Event(event_shape(event, *currency)),
            BookRecord::BookEvent(event) => Self::BookEvent(book_event_shape(event)),
            BookRecord::Schedule(schedule, currency) => Self::Schedule(schedule_shape(schedule, *currency)),
            BookRecord::Due(due) => Self::Due(due_shape(due)),
            BookRecord::Trailer(trailer) => Self::Trailer(TrailerShape {
                accounts: trailer.accounts,
                transfers: trailer.transfers,
                events: trailer.events,
                book_events: trailer.book_events,
                root: trailer.root.to_string(),
                sha256: before().to_string(),
            }),
        }
    }
}

fn account_shape(account: &NumberedAccount) -> AccountShape<'_> {
    let opening = &account.opening;
    let [min_balance, max_balance] = limits(opening.limits, opening.currency);
    AccountShape {
        id: account.id.0,
        name: Cow::Borrowed(opening.name.as_str()),
        r#type: opening.account_type.to_string(),
        currency: opening.currency.code().to_string(),
        min_balance,
        max_balance,
        opened_at: account.opened_at.to_string(),
        description: opening.description.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        metadata: metadata(&opening.metadata),
        hash: account.hash.to_string(),
    }
}

fn transfer_shape(transfer: &Transfer, currency: Currency) -> TransferShape<'_> {
    TransferShape {
        sequence: transfer.sequence.0,
        id: transfer.id.to_string(),
        kind: Cow::Borrowed(transfer.kind.as_str()),
        amount: number(transfer.amount, currency),
        currency: Cow::Owned(currency.code().to_string()),
        debit: leg(&transfer.debit, currency),
        credit: leg(&transfer.credit, currency),
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
        metadata: metadata(&transfer.metadata),
        hash: transfer.hash.to_string(),
    }
}

fn event_shape(event: &AccountEvent, currency: Currency) -> EventShape<'_> {
    EventShape {
        sequence: event.sequence.0,
        account: event.account_id.0,
        event: event.number,
        version: event.version,
        currency: currency.code().to_string(),
        before: terms(event.before, currency),
        after: terms(event.after, currency),
        metadata: event.annotation.as_ref().map(|annotation| AnnotationShape {
            transfer: annotation.transfer_id.map(|id| id.to_string()),
            before: metadata(&annotation.before),
            after: metadata(&annotation.after),
        }),
        recorded_at: event.recorded_at.to_string(),
        journal_id: event.journal_id.map(|id| id.to_string()),
        actor: Cow::Borrowed(event.actor.as_str()),
        reason: event.reason.as_ref().map(|text| Cow::Borrowed(text.as_str())),
        hash: event.hash.to_string(),
    }
}

fn leg(leg: &Leg, currency: Currency) -> LegShape {
    LegShape {
        account: leg.account_id.0,
        version: leg.version,
        balance: number(leg.balance, currency),
        previous: leg.previous.map(|Sequence(place)| place),
    }
}

fn terms(terms: Terms, currency: Currency) -> TermsShape {
    let [min_balance, max_balance] = limits(terms.limits, currency);
    let Velocity { per_transfer, per_day, per_month } = terms.velocity;
    let [per_transfer, per_day, per_month] =
        [per_transfer, per_day, per_month].map(|limit| limit.map(|amount| number(amount, currency)));
    TermsShape { state: terms.state.to_string(), min_balance, max_balance, per_transfer, per_day, per_month }
}

fn limits(limits: Limits, currency: Currency) -> [Option<String>; 2] {
    [limits.min_balance, limits.max_balance].map(|limit| limit.map(|amount| number(amount, currency)))
}

pub(super) fn number(amount: Amount, currency: Currency) -> String {
    Money::new(amount, currency).number()
}

fn metadata(metadata: &Metadata) -> BTreeMap<String, String> {
    metadata.entries().clone()
}

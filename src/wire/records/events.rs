//! Events of the feed, in the envelope of `CloudEvents` 1.0.

use serde::{Serialize, Serializer};

use crate::facts::{
    AccountName, AccountType, Actor, BookChange, BookEvent, Hash, Instant, Metadata, Period, ScheduleId, Sequence,
    TransferId,
};
use crate::ledger::{DueEvent, Event, EventContent, EventCursor, EventKind, OpenedAccount, TransferEvent};
use crate::money::{CurrencyCode, Money};
use crate::wire::records::lookups::TransferWithBalancesRecord;
use crate::wire::records::{AccountEventRecord, text};

/// What stands before the word of an event's kind.
const TYPE_PREFIX: &str = "teller.";

record! {
    /// Something that happened in the book, in the envelope of `CloudEvents` 1.0.
    pub struct EventRecord {
        /// The version of the envelope, `1.0`.
        specversion: &'static str,
        /// The event's id, which is also the cursor behind it: its sequence and the beginning of its hash.
        id: EventCursor,
        /// The book, as `urn:uuid:` and its id.
        source: String,
        /// `teller.` and what happened.
        r#type: String,
        /// The account, transfer, period, schedule or currency that it is about; null where it is none of them.
        subject: Option<String>,
        /// When the ledger recorded it.
        time: Instant,
        /// Its number in the book's one order, as a text.
        sequence: String,
        /// What `data` is, `application/json`.
        datacontenttype: &'static str,
        /// What happened: a `TransferEventRecord`, `AccountOpenedRecord`, `AccountEventRecord`, `DueEventRecord` or `BookEventRecord`, by the
        /// type.
        data: EventData,
    }
    table { sequence, time, r#type, subject } room { id }
}

/// What happened.
#[derive(Debug)]
pub enum EventData {
    /// A transfer of any kind.
    Transfer(Box<TransferEventRecord>),
    /// An account was opened.
    AccountOpened(Box<AccountOpenedRecord>),
    /// What an account may do, or metadata, changed.
    AccountChanged(Box<AccountEventRecord>),
    /// A due transfer was refused, or given up.
    Due(Box<DueEventRecord>),
    /// Something else happened to the book as a whole.
    Book(Box<BookEventRecord>),
}

impl Serialize for EventData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Transfer(record) => record.serialize(serializer),
            Self::AccountOpened(record) => record.serialize(serializer),
            Self::AccountChanged(record) => record.serialize(serializer),
            Self::Due(record) => record.serialize(serializer),
            Self::Book(record) => record.serialize(serializer),
        }
    }
}

impl EventRecord {
    /// An event, as it is told to others.
    #[must_use]
    pub fn new(event: &Event) -> Self {
        let data = match &event.content {
            EventContent::Transfer(transfer) => EventData::Transfer(Box::new(transfer.as_ref().into())),
            EventContent::AccountOpened(account) => EventData::AccountOpened(Box::new(account.as_ref().into())),
            EventContent::AccountChanged(changed) => {
                let record = AccountEventRecord::of_parts(&changed.account, changed.currency, &changed.event);
                EventData::AccountChanged(Box::new(record))
            }
            EventContent::Due(due) => EventData::Due(Box::new(due.as_ref().into())),
            EventContent::Book(event) => EventData::Book(Box::new(event.as_ref().into())),
        };
        Self {
            specversion: "1.0",
            id: event.cursor(),
            source: format!("urn:uuid:{}", event.book),
            r#type: event_type(event.kind),
            subject: subject(event),
            time: event.recorded_at,
            sequence: event.sequence.to_string(),
            datacontenttype: "application/json",
            data,
        }
    }
}

/// An event's kind as the envelope names it, `teller.transfer.posted`.
#[must_use]
pub fn event_type(kind: EventKind) -> String {
    format!("{TYPE_PREFIX}{kind}")
}

/// Reads an event's kind, with or without what the envelope puts before it.
///
/// # Errors
/// The kinds that there are.
pub fn read_event_kind(word: &str) -> Result<EventKind, String> {
    let kind = EventKind::from_word(word.strip_prefix(TYPE_PREFIX).unwrap_or(word));
    kind.ok_or_else(|| {
        let kinds: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("{word:?} is no type of event; the types are {}", kinds.join(", "))
    })
}

fn subject(event: &Event) -> Option<String> {
    Some(match &event.content {
        EventContent::Transfer(transfer) => transfer.posted.transfer.id.to_string(),
        EventContent::AccountOpened(account) => account.opening.name.to_string(),
        EventContent::AccountChanged(changed) => {
            match changed.event.annotation.as_ref().and_then(|change| change.transfer_id) {
                Some(transfer) => transfer.to_string(),
                None => changed.account.to_string(),
            }
        }
        EventContent::Due(due) => due.due.schedule.to_string(),
        EventContent::Book(event) => match &event.change {
            BookChange::Period { period, .. } => period.to_string(),
            BookChange::ScheduleAdded { schedule, .. } | BookChange::ScheduleCancelled { schedule, .. } => {
                schedule.to_string()
            }
            BookChange::DueRefused(due) | BookChange::DueSkipped(due) => due.schedule.to_string(),
            BookChange::CurrencyRegistered { currency, .. } => currency.code().to_string(),
            BookChange::ClockAccepted { .. } => return None,
        },
    })
}

record! {
    /// A transfer that was recorded, and how it left both its accounts.
    pub struct TransferEventRecord {
        ..transfer: TransferWithBalancesRecord,
        /// Which leg of its journal it is, from 1.
        journal_leg: Option<u64>,
    }
}

impl From<&TransferEvent> for TransferEventRecord {
    fn from(event: &TransferEvent) -> Self {
        let legs = event.leg.map(|leg| leg.of);
        Self {
            transfer: TransferWithBalancesRecord::new(&event.posted, legs),
            journal_leg: event.leg.map(|leg| leg.number),
        }
    }
}

record! {
    /// An account as it was opened.
    pub struct AccountOpenedRecord {
        /// The account's name.
        account: AccountName,
        /// What it is in the books.
        r#type: AccountType,
        /// The currency's code.
        currency: CurrencyCode,
        /// How many decimals the currency has.
        exponent: u8,
        /// The least balance; null where there is none.
        min_balance: Option<Money>,
        /// The most balance; null where there is none.
        max_balance: Option<Money>,
        /// The text that was given with it; null where there is none.
        description: Option<String>,
        /// Texts by their keys; empty where there are none.
        metadata: Metadata,
        /// Its number in the book's one order.
        sequence: Sequence,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// Who asked for it.
        actor: Actor,
        /// The first link of the account's chain.
        hash: Hash,
    }
}

impl From<&OpenedAccount> for AccountOpenedRecord {
    fn from(account: &OpenedAccount) -> Self {
        let OpenedAccount { opening, event, hash } = account;
        let money = |limit: Option<_>| limit.map(|limit| Money::new(limit, opening.currency));
        Self {
            account: opening.name.clone(),
            r#type: opening.account_type,
            currency: opening.currency.code(),
            exponent: opening.currency.exponent(),
            min_balance: money(opening.limits.min_balance),
            max_balance: money(opening.limits.max_balance),
            description: text(opening.description.as_ref()),
            metadata: opening.metadata.clone(),
            sequence: event.account_id.sequence(),
            recorded_at: event.recorded_at,
            actor: event.actor.clone(),
            hash: *hash,
        }
    }
}

record! {
    /// A due transfer that was refused, or is not tried again.
    pub struct DueEventRecord {
        /// Its number among the events of the book as a whole, from 1.
        event: i64,
        /// Its number in the book's one order.
        sequence: Sequence,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// The schedule.
        schedule_id: ScheduleId,
        /// When the transfer was due.
        due_at: Instant,
        /// The id of the transfer, once it is posted.
        transfer: TransferId,
        /// The account that is debited then.
        debit_account: AccountName,
        /// The account that is credited then.
        credit_account: AccountName,
        /// The amount.
        amount: Money,
        /// The currency's code.
        currency: CurrencyCode,
        /// The code of the newest refusal; null for a key that does not reach both accounts.
        code: Option<String>,
        /// The message of the newest refusal; null for a key that does not reach both accounts.
        message: Option<String>,
        /// Whose schedule it is, or who cancelled it.
        actor: Actor,
        /// The reason that was given for the cancellation; null where the schedule was not cancelled.
        reason: Option<String>,
        /// Its hash in the chain.
        hash: Hash,
    }
}

impl From<&DueEvent> for DueEventRecord {
    fn from(due: &DueEvent) -> Self {
        let BookEvent { number, sequence, recorded_at, actor, reason, hash, .. } = &due.event;
        Self {
            event: *number,
            sequence: *sequence,
            recorded_at: *recorded_at,
            schedule_id: due.due.schedule,
            due_at: due.due.due_at,
            transfer: due.transfer_id(),
            debit_account: due.debit_account.clone(),
            credit_account: due.credit_account.clone(),
            amount: due.money,
            currency: due.money.currency.code(),
            code: Some(due.due.refusal.code.clone()),
            message: Some(due.due.refusal.reason.clone()),
            actor: actor.clone(),
            reason: text(reason.as_ref()),
            hash: *hash,
        }
    }
}

record! {
    /// Something that happened to the book as a whole.
    pub struct BookEventRecord {
        /// Its number among these events, from 1.
        event: i64,
        /// Its number in the book's one order.
        sequence: Sequence,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// The period that was closed or reopened.
        period: Option<Period>,
        /// The schedule that was added or broken off.
        schedule_id: Option<ScheduleId>,
        /// The currency that was registered.
        currency: Option<CurrencyCode>,
        /// How many decimals that currency has.
        exponent: Option<u8>,
        /// The latest entry that was accepted.
        accepted_until: Option<Instant>,
        /// Who asked for it.
        actor: Actor,
        /// The reason that was given; null where there is none.
        reason: Option<String>,
        /// Its hash in the chain.
        hash: Hash,
    }
}

impl From<&BookEvent> for BookEventRecord {
    fn from(event: &BookEvent) -> Self {
        let mut record = Self {
            event: event.number,
            sequence: event.sequence,
            recorded_at: event.recorded_at,
            period: None,
            schedule_id: None,
            currency: None,
            exponent: None,
            accepted_until: event.change.accepted_until(),
            actor: event.actor.clone(),
            reason: text(event.reason.as_ref()),
            hash: event.hash,
        };
        match &event.change {
            BookChange::Period { period, .. } => record.period = Some(*period),
            BookChange::ScheduleAdded { schedule, .. } | BookChange::ScheduleCancelled { schedule, .. } => {
                record.schedule_id = Some(*schedule);
            }
            BookChange::CurrencyRegistered { currency, .. } => {
                record.currency = Some(currency.code());
                record.exponent = Some(currency.exponent());
            }
            // They have a record of their own.
            BookChange::DueRefused(due) | BookChange::DueSkipped(due) => record.schedule_id = Some(due.schedule),
            BookChange::ClockAccepted { .. } => {}
        }
        record
    }
}

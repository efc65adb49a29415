//! Records of an account's statement: its entries, and the head before them.

use std::fmt::Display;

use crate::facts::{AccountName, Actor, Hash, Instant, Key, Metadata, NormalSide, Sequence, TransferId, TransferKind};
use crate::ledger::{Span, Statement, StatementEntry, StatementOrder};
use crate::money::{CurrencyCode, Money};
use crate::wire::records::transfers::up_to;
use crate::wire::records::{Columns, Record, text};

record! {
    /// One line of a statement.
    pub struct EntryRecord {
        /// The transfer's number in the book's one order.
        sequence: Sequence,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// When it counts for the books.
        effective_at: Instant,
        /// The side of the transfer that the account is on.
        side: NormalSide,
        /// The account on the other side.
        counterparty: AccountName,
        /// What it changed of the posted balance, with its sign.
        change: Money,
        /// The posted balance after it.
        balance: Money,
        /// The entry's number within its account, from 1.
        version: i64,
        /// The transfer's id.
        id: TransferId,
        /// What kind of transfer it is.
        kind: TransferKind,
        /// The text that was given with it; null where there is none.
        description: Option<String>,
        /// Texts by their keys; empty where there are none.
        metadata: Metadata,
        /// The transfer's hash.
        hash: Hash,
        /// How much it moved, reserved or gave up.
        amount: Money,
        /// The journal that it is part of; null where it is none.
        journal_id: Option<TransferId>,
        /// The hold that it is about; a hold names itself.
        hold_id: Option<TransferId>,
        /// The transfer that it undoes.
        reversed_id: Option<TransferId>,
        /// The text that the id was made from.
        key: Option<Key>,
        /// Who asked for it.
        actor: Actor,
        /// When a hold ends by itself.
        expires_at: Option<Instant>,
        /// The most that was asked for where the amount was left to what was available, or `all`.
        up_to: Option<String>,
    }
    table { sequence, recorded_at, counterparty, change, balance } room { description, key }
    /// Where something was reserved, captured, given up or undone.
    view with_kinds { sequence, recorded_at, kind, counterparty, amount, change, balance } room { description, key }
    /// Where the order is that of the effective time.
    view by_effective_time { sequence, effective_at, counterparty, change, balance }
        room { description, key, recorded_at }
    /// The same where something was reserved, captured, given up or undone.
    view by_effective_time_with_kinds { sequence, effective_at, kind, counterparty, amount, change, balance }
        room { description, key, recorded_at }
}

impl EntryRecord {
    /// What a table shows of these, in a statement of that order.
    #[must_use]
    pub fn columns_for(entries: &[Self], order: StatementOrder) -> Columns<Self> {
        let are_plain = entries.iter().all(|entry| entry.kind == TransferKind::Transfer);
        match (order, are_plain) {
            (StatementOrder::Recorded, true) => Self::table(),
            (StatementOrder::Recorded, false) => Self::with_kinds(),
            (StatementOrder::Effective, true) => Self::by_effective_time(),
            (StatementOrder::Effective, false) => Self::by_effective_time_with_kinds(),
        }
    }
}

impl From<&StatementEntry> for EntryRecord {
    fn from(entry: &StatementEntry) -> Self {
        let transfer = &entry.transfer;
        Self {
            sequence: transfer.sequence,
            recorded_at: transfer.recorded_at,
            effective_at: transfer.effective_at,
            side: entry.side,
            counterparty: entry.counterparty.clone(),
            change: entry.change,
            balance: entry.balance,
            version: entry.version,
            id: transfer.id,
            kind: transfer.kind,
            description: text(transfer.description.as_ref()),
            metadata: transfer.metadata.clone(),
            hash: transfer.hash,
            amount: Money::new(transfer.amount, entry.balance.currency),
            journal_id: transfer.journal_id.map(TransferId),
            hold_id: transfer.hold_id,
            reversed_id: transfer.reversed_id,
            key: transfer.key.clone(),
            actor: transfer.actor.clone(),
            expires_at: transfer.expires_at,
            up_to: transfer.up_to.map(|most| up_to(Money::new(most, entry.balance.currency))),
        }
    }
}

record! {
    /// What stands before the entries of a statement, latest first.
    pub struct StatementHead {
        /// The account's name.
        account: AccountName,
        /// The currency's code.
        currency: CurrencyCode,
        /// The first moment of the span; null where it has no beginning.
        from: Option<Instant>,
        /// The first moment after the span; null where it has no end.
        to: Option<Instant>,
        /// The posted balance when the span begins.
        opening: Money,
        /// The posted balance when the span ends.
        closing: Money,
    }
}

impl StatementHead {
    /// What is said of the whole span.
    #[must_use]
    pub fn of(statement: &Statement, span: Span) -> Self {
        Self {
            account: statement.account.name.clone(),
            currency: statement.account.currency.code(),
            from: span.from,
            to: span.to,
            opening: statement.opening,
            closing: statement.closing,
        }
    }
}

record! {
    /// What stands behind the items of a list.
    pub struct Next {
        /// What to pass as the cursor for the next page; null on the last one.
        next_cursor: Option<String>,
    }
}

impl Next {
    /// The next page begins at a cursor, or there is none.
    #[must_use]
    pub fn new(cursor: Option<impl Display>) -> Self {
        Self { next_cursor: cursor.map(|cursor| cursor.to_string()) }
    }
}

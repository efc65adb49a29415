use serde::Serialize;

use crate::facts::{AccountName, Actor, Hash, Instant, Key, Metadata, NormalSide, Sequence, TransferId, TransferKind};
use crate::ledger::{Entry, Span, SpanStatement};
use crate::money::{CurrencyCode, Money};
use crate::wire::records::text;
use crate::wire::records::transfers::up_to;

/// One line of a statement.
#[derive(Debug, Serialize)]
pub struct EntryRecord {
    sequence: Sequence,
    recorded_at: Instant,
    effective_at: Instant,
    side: NormalSide,
    counterparty: AccountName,
    change: Money,
    balance: Money,
    version: i64,
    id: TransferId,
    kind: TransferKind,
    description: Option<String>,
    metadata: Metadata,
    hash: Hash,
    /// How much it moved, reserved or gave up.
    amount: Money,
    journal_id: Option<TransferId>,
    hold_id: Option<TransferId>,
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

columns!(EntryRecord {
    sequence,
    recorded_at,
    effective_at,
    side,
    counterparty,
    change,
    balance,
    version,
    id,
    kind,
    description,
    metadata,
    hash,
    amount,
    journal_id,
    hold_id,
    reversed_id,
    key,
    actor,
    expires_at,
    up_to,
});

impl EntryRecord {
    /// Whether it is more than value that moved.
    #[must_use]
    pub fn is_special(&self) -> bool {
        self.kind != TransferKind::Transfer
    }
}

impl From<&Entry> for EntryRecord {
    fn from(entry: &Entry) -> Self {
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

/// What stands before the entries of a statement, newest first.
#[derive(Debug, Serialize)]
pub struct StatementHead<'a> {
    /// The account.
    pub account: &'a AccountName,
    /// Its currency.
    pub currency: CurrencyCode,
}

/// What stands before the entries of a statement over a span of time, latest first.
#[derive(Debug, Serialize)]
pub struct SpanStatementHead {
    account: AccountName,
    currency: CurrencyCode,
    from: Option<Instant>,
    to: Option<Instant>,
    /// The posted balance when the span begins.
    opening: Money,
    /// The posted balance when the span ends.
    closing: Money,
}

impl SpanStatementHead {
    /// What is said of the whole span.
    #[must_use]
    pub fn new(statement: &SpanStatement, span: Span) -> Self {
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

/// What stands behind the entries of a statement.
#[derive(Debug, Serialize)]
pub struct Next<C> {
    /// What to pass as the cursor for the next, older page; null on the last one.
    pub next_cursor: Option<C>,
}

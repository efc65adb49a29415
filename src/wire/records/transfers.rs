use serde::Serialize;

use crate::facts::{AccountName, Actor, Hash, Instant, Key, Metadata, Sequence, Transfer, TransferId, TransferKind};
use crate::ledger::{Mode, Posted, Receipt};
use crate::money::{Amount, CurrencyCode, Money};
use crate::rejection::Rejection;
use crate::wire::records::text;

/// A posted transfer.
#[derive(Debug, Serialize)]
pub struct TransferRecord {
    id: TransferId,
    /// Null in a dry run.
    sequence: Option<Sequence>,
    debit_account: AccountName,
    credit_account: AccountName,
    amount: Money,
    currency: CurrencyCode,
    recorded_at: Instant,
    effective_at: Instant,
    hash: Hash,
    replayed: bool,
    kind: TransferKind,
    description: Option<String>,
    metadata: Metadata,
    dry_run: bool,
    /// The journal that it is part of.
    journal_id: Option<TransferId>,
    /// The hold that it is about; a hold names itself.
    hold_id: Option<TransferId>,
    /// The transfer that it undoes.
    reversed_id: Option<TransferId>,
    /// When a hold ends by itself.
    expires_at: Option<Instant>,
    /// The most that was asked for where the amount was left to what was available, or `all`.
    up_to: Option<String>,
    /// The text that the id was made from.
    key: Option<Key>,
    /// What the clock said, where it is recorded later than that.
    clock_at: Option<Instant>,
    /// Who asked for it.
    actor: Actor,
}

columns!(TransferRecord {
    id,
    sequence,
    debit_account,
    credit_account,
    amount,
    currency,
    recorded_at,
    effective_at,
    hash,
    replayed,
    kind,
    description,
    metadata,
    dry_run,
    journal_id,
    hold_id,
    reversed_id,
    expires_at,
    up_to,
    key,
    clock_at,
    actor,
});

impl TransferRecord {
    /// The answer to a request that was made in a mode.
    #[must_use]
    pub fn new(posted: &Posted, mode: Mode) -> Self {
        let Transfer { sequence, .. } = posted.transfer;
        Self {
            id: posted.transfer.id,
            sequence: (sequence != Sequence::UNASSIGNED).then_some(sequence),
            debit_account: posted.debit_account.clone(),
            credit_account: posted.credit_account.clone(),
            amount: Money::new(posted.transfer.amount, posted.currency),
            currency: posted.currency.code(),
            recorded_at: posted.transfer.recorded_at,
            effective_at: posted.transfer.effective_at,
            hash: posted.transfer.hash,
            replayed: posted.replayed,
            kind: posted.transfer.kind,
            description: text(posted.transfer.description.as_ref()),
            metadata: posted.transfer.metadata.clone(),
            dry_run: mode == Mode::DryRun,
            journal_id: posted.transfer.journal_id.map(TransferId),
            hold_id: posted.transfer.hold_id,
            reversed_id: posted.transfer.reversed_id,
            expires_at: posted.transfer.expires_at,
            up_to: posted.transfer.up_to.map(|most| up_to(Money::new(most, posted.currency))),
            key: posted.transfer.key.clone(),
            clock_at: posted.transfer.clock_at,
            actor: posted.transfer.actor.clone(),
        }
    }
}

/// The most that was asked for, as it is shown.
pub(super) fn up_to(most: Money) -> String {
    if most.amount == Amount::MAX { "all".to_owned() } else { most.number() }
}

/// The answer to a request that can make any number of transfers.
#[derive(Debug, Serialize)]
pub struct ReceiptRecord {
    journal_id: Option<TransferId>,
    replayed: bool,
    dry_run: bool,
    /// In order.
    pub transfers: Vec<TransferRecord>,
}

impl ReceiptRecord {
    /// The answer to a request that was made in a mode.
    #[must_use]
    pub fn new(receipt: &Receipt, mode: Mode) -> Self {
        Self {
            journal_id: receipt.journal_id,
            replayed: receipt.replayed,
            dry_run: mode == Mode::DryRun,
            transfers: receipt.transfers.iter().map(|posted| TransferRecord::new(posted, mode)).collect(),
        }
    }
}

/// What came of one item of a batch.
#[derive(Debug, Serialize)]
pub struct ItemRecord {
    /// Counted from 1.
    item: usize,
    /// `done`, `replayed` or `refused`.
    outcome: &'static str,
    /// Why it was refused.
    code: Option<&'static str>,
    message: Option<String>,
    /// The rejection with its fields.
    rejection: Option<Rejection>,
    journal_id: Option<TransferId>,
    dry_run: bool,
    transfers: Vec<TransferRecord>,
}

columns!(ItemRecord { item, outcome, code, message, rejection, journal_id, dry_run, transfers });

impl ItemRecord {
    /// The answer to the item of that number, in a batch that was submitted in a mode.
    #[must_use]
    pub fn new(item: usize, answer: &Result<Receipt, Rejection>, mode: Mode) -> Self {
        let dry_run = mode == Mode::DryRun;
        match answer {
            Ok(receipt) => Self {
                item,
                outcome: if receipt.replayed { "replayed" } else { "done" },
                code: None,
                message: None,
                rejection: None,
                journal_id: receipt.journal_id,
                dry_run,
                transfers: ReceiptRecord::new(receipt, mode).transfers,
            },
            Err(rejection) => Self {
                item,
                outcome: "refused",
                code: Some(rejection.code()),
                message: Some(rejection.to_string()),
                rejection: Some(rejection.clone()),
                journal_id: None,
                dry_run,
                transfers: Vec::new(),
            },
        }
    }
}

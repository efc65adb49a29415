//! Records of transfers, of receipts, and of the items of a batch.

use crate::facts::{AccountName, Actor, Hash, Instant, Key, Metadata, Sequence, Transfer, TransferId, TransferKind};
use crate::ledger::{Mode, Posted, Receipt};
use crate::money::{Amount, CurrencyCode, Money};
use crate::rejection::Rejection;
use crate::wire::records::{Columns, Record, text};

record! {
    /// A posted transfer.
    pub struct TransferRecord {
        /// Its id.
        id: TransferId,
        /// Null in a dry run.
        sequence: Option<Sequence>,
        /// The account that is debited.
        debit_account: AccountName,
        /// The account that is credited.
        credit_account: AccountName,
        /// The amount.
        amount: Money,
        /// The currency's code.
        currency: CurrencyCode,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// When it counts for the books.
        effective_at: Instant,
        /// Its hash.
        hash: Hash,
        /// Whether this is the answer to a repeated request.
        replayed: bool,
        /// What kind of transfer it is.
        kind: TransferKind,
        /// The text that was given with it; null where there is none.
        description: Option<String>,
        /// Texts by their keys; empty where there are none.
        metadata: Metadata,
        /// Whether it was only tried and nothing was written.
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
    table { sequence, debit_account, credit_account, amount, currency } room { recorded_at, key, description, id }
    /// Where not all of them are plain transfers.
    view with_kinds { sequence, kind, debit_account, credit_account, amount, currency }
        room { recorded_at, key, description, id }
    /// In a list of those of the past.
    view listed { sequence, recorded_at, debit_account, credit_account, amount, currency } room { kind, key, description, id }
}

impl TransferRecord {
    /// What a table shows of these.
    #[must_use]
    pub fn columns_for(transfers: &[Self]) -> Columns<Self> {
        let are_plain = transfers.iter().all(|transfer| transfer.kind == TransferKind::Transfer);
        if are_plain { Self::table() } else { Self::with_kinds() }
    }

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

record! {
    /// The answer to a request that can make any number of transfers.
    pub struct ReceiptRecord {
        /// The journal that was posted; null where it was none.
        journal_id: Option<TransferId>,
        /// Whether this is the answer to a repeated request.
        replayed: bool,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
        /// In order.
        pub transfers: Vec<TransferRecord>,
    }
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

record! {
    /// What came of one item of a batch.
    pub struct ItemRecord {
        /// Counted from 1.
        item: usize,
        /// `done`, `replayed` or `refused`.
        outcome: &'static str,
        /// Why it was refused.
        code: Option<&'static str>,
        /// The message of the refusal; null where it was not refused.
        message: Option<String>,
        /// The rejection with its fields.
        rejection: Option<Rejection>,
        /// The journal that was posted; null where it was none.
        journal_id: Option<TransferId>,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
        /// The transfers that it made, in order.
        transfers: Vec<TransferRecord>,
        /// What to do next, in the words of the program that was asked.
        hint: Option<String>,
    }
    table { item, outcome, code, message }
    /// Where a refusal says what to do next.
    view with_hints { item, outcome, code, message, hint }
}

impl ItemRecord {
    /// What a table shows of these.
    #[must_use]
    pub fn columns_for(items: &[Self]) -> Columns<Self> {
        if items.iter().any(|item| item.hint.is_some()) { Self::with_hints() } else { Self::table() }
    }

    /// The answer to the item of that number, in a batch that was submitted in a mode, and a hint where it was refused.
    #[must_use]
    pub fn new(item: usize, answer: &Result<Receipt, Rejection>, hint: Option<String>, mode: Mode) -> Self {
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
                hint,
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
                hint,
            },
        }
    }
}

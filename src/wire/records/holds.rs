//! Records of a hold, of its history, and of how many holds have expired.

use crate::facts::{AccountName, Actor, HoldState, Instant, Key, Metadata, Sequence, TransferId};
use crate::ledger::{HoldHistory, HoldStatus, Mode, Posted};
use crate::money::{CurrencyCode, Money};
use crate::wire::records::{TransferRecord, text};

record! {
    /// A hold as it stands.
    pub struct HoldRecord {
        /// The hold's id.
        hold: TransferId,
        /// Its number in the book's one order.
        sequence: Sequence,
        /// Whether it is open, captured, released or expired.
        state: HoldState,
        /// The account that is debited.
        debit_account: AccountName,
        /// The account that is credited.
        credit_account: AccountName,
        /// The amount that was held at first.
        amount: Money,
        /// What is neither captured nor given up.
        remaining: Money,
        /// The currency's code.
        currency: CurrencyCode,
        /// When the hold ends by itself; null where it does not.
        expires_at: Option<Instant>,
        /// When the ledger recorded it.
        recorded_at: Instant,
        /// When it counts for the books.
        effective_at: Instant,
        /// The text that the id was made from.
        key: Option<Key>,
        /// Who asked for it.
        actor: Actor,
        /// The text that was given with it; null where there is none.
        description: Option<String>,
        /// Texts by their keys, as they were given with it; empty where there are none.
        metadata: Metadata,
        /// The journal that it is part of.
        journal_id: Option<TransferId>,
    }
    table { sequence, state, debit_account, credit_account, amount, remaining, currency } room { expires_at, key, hold }
}

impl From<&HoldStatus> for HoldRecord {
    fn from(status: &HoldStatus) -> Self {
        Self {
            hold: status.hold.id,
            sequence: status.hold.sequence,
            state: status.hold.state,
            debit_account: status.debit_account.clone(),
            credit_account: status.credit_account.clone(),
            amount: status.money(status.hold.amount),
            remaining: status.money(status.hold.remaining),
            currency: status.currency.code(),
            expires_at: status.hold.expires_at,
            recorded_at: status.placed.recorded_at,
            effective_at: status.placed.effective_at,
            key: status.placed.key.clone(),
            actor: status.placed.actor.clone(),
            description: text(status.placed.description.as_ref()),
            metadata: status.placed.metadata.clone(),
            journal_id: status.placed.journal_id.map(TransferId),
        }
    }
}

record! {
    /// A hold and all that happened to it.
    pub struct HoldHistoryRecord {
        ..hold: HoldRecord,
        /// The hold itself, its captures and its release, in order.
        pub transfers: Vec<TransferRecord>,
    }
}

impl From<&HoldHistory> for HoldHistoryRecord {
    fn from(history: &HoldHistory) -> Self {
        let HoldHistory { status, transfers } = history;
        let record = |transfer: &_| {
            let posted = Posted {
                transfer: Clone::clone(transfer),
                debit_account: status.debit_account.clone(),
                credit_account: status.credit_account.clone(),
                currency: status.currency,
                replayed: false,
            };
            TransferRecord::new(&posted, Mode::Commit)
        };
        Self { hold: status.into(), transfers: transfers.iter().map(record).collect() }
    }
}

record! {
    /// How many holds were recorded as expired.
    pub struct ExpiredRecord {
        /// How many there were.
        expired: u64,
        /// Whether it was only tried and nothing was written.
        dry_run: bool,
    }
    table { expired }
}

impl ExpiredRecord {
    /// So many, in a mode.
    #[must_use]
    pub fn new(expired: u64, mode: Mode) -> Self {
        Self { expired, dry_run: mode == Mode::DryRun }
    }
}

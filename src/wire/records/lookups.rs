//! Records of a transfer with its balances and related transfers, and of a journal in a list.

use crate::facts::{Actor, Instant, Key, Metadata, Sequence, TransferId};
use crate::ledger::{JournalSummary, Mode, Posted, TransferDetails};
use crate::money::Money;
use crate::wire::records::{HoldRecord, TransferRecord, text};

record! {
    /// A transfer, and how it left both its accounts.
    pub struct TransferWithBalancesRecord {
        ..transfer: TransferRecord,
        /// The number of transfers that the debited account had then.
        debit_version: i64,
        /// The posted balance of the debited account then.
        debit_balance: Money,
        /// The number of transfers that the credited account had then.
        credit_version: i64,
        /// The posted balance of the credited account then.
        credit_balance: Money,
        /// How many transfers its journal has.
        journal_transfers: Option<u64>,
    }
}

impl TransferWithBalancesRecord {
    /// A transfer, and how many its journal has.
    pub(super) fn new(posted: &Posted, journal_transfers: Option<u64>) -> Self {
        let Posted { transfer, currency, .. } = posted;
        Self {
            transfer: TransferRecord::new(posted, Mode::Commit),
            debit_version: transfer.debit.version,
            debit_balance: Money::new(transfer.debit.balance, *currency),
            credit_version: transfer.credit.version,
            credit_balance: Money::new(transfer.credit.balance, *currency),
            journal_transfers,
        }
    }
}

impl From<&TransferDetails> for TransferWithBalancesRecord {
    fn from(details: &TransferDetails) -> Self {
        Self::new(&details.posted, details.journal_transfers)
    }
}

record! {
    /// A transfer, and what belongs to it.
    pub struct TransferDetailsRecord {
        ..transfer: TransferWithBalancesRecord,
        /// The hold that it is about, as it stands now.
        pub hold: Option<HoldRecord>,
        /// The transfer that it undoes.
        pub reversed: Option<TransferRecord>,
        /// The transfers that undo it, in order.
        pub reversals: Vec<TransferRecord>,
    }
}

impl From<&TransferDetails> for TransferDetailsRecord {
    fn from(details: &TransferDetails) -> Self {
        let record = |posted: &Posted| TransferRecord::new(posted, Mode::Commit);
        Self {
            transfer: details.into(),
            hold: details.hold.as_ref().map(HoldRecord::from),
            reversed: details.reversed.as_ref().map(record),
            reversals: details.reversals.iter().map(record).collect(),
        }
    }
}

record! {
    /// A journal, without its transfers.
    pub struct JournalRecord {
        /// The id of the journal.
        journal_id: TransferId,
        /// The text that the id was made from.
        key: Option<Key>,
        /// How many transfers it made.
        transfers: u64,
        /// The sequence of the first of them.
        sequence: Sequence,
        /// When the first of them was recorded.
        recorded_at: Instant,
        /// Who asked for it.
        actor: Actor,
        /// When it counts for the books, as its first transfer says.
        effective_at: Instant,
        /// The text that was given with it; null where there is none.
        description: Option<String>,
        /// Texts by their keys, as they were given with its first transfer; empty where there are none.
        metadata: Metadata,
    }
    table { sequence, recorded_at, transfers, actor, key } room { journal_id }
}

impl From<&JournalSummary> for JournalRecord {
    fn from(journal: &JournalSummary) -> Self {
        Self {
            journal_id: journal.id,
            key: journal.key.clone(),
            transfers: journal.transfers,
            sequence: journal.sequence,
            recorded_at: journal.recorded_at,
            actor: journal.actor.clone(),
            effective_at: journal.effective_at,
            description: text(journal.description.as_ref()),
            metadata: journal.metadata.clone(),
        }
    }
}

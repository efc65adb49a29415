//! The transfers that reversals undo.

use std::ops::Range;

use crate::facts::{Instant, Reference, Transfer, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::content::Content;
use crate::judging::batch::pair::Pair;
use crate::money::Amount;
use crate::rejection::Rejection;
use crate::requests::ReversalTime;

impl Batch {
    pub(super) fn draft_reversal(&mut self, content: &Content<'_>, pair: Pair, original: &Transfer) -> Range<usize> {
        let reversed = self.book.reversed(original.id).minor() + content.amount.minor();
        debug_assert!(reversed <= original.amount.minor(), "no more is undone than was done");
        self.book.set_reversed(original.id, Amount::from_minor(reversed));
        self.draft(content, pair)
    }

    /// The transfer that is named. The id or key of a journal never means its first transfer, although that has the same id.
    pub(super) fn get_original(&self, named: &Reference) -> Result<&Transfer, Rejection> {
        let unknown = || Rejection::TransferUnknown { transfer: named.clone() };
        let original = self.find_known(named.id()).ok_or_else(unknown)?;
        if original.journal_id == Some(original.id.0) && !named.is_by_sequence() {
            let transfers = self.transfers_of_journal(original.id.0).len();
            return Err(Rejection::JournalNamed { journal: named.clone(), transfers });
        }
        Ok(original)
    }

    /// The accounts of a transfer, each on the other side.
    pub(super) fn opposite_pair(&self, original: &Transfer) -> Result<Pair, Rejection> {
        let account = |id| self.book.find_by_id(id).ok_or(Rejection::TransferUnknown { transfer: original.id.into() });
        Ok(Pair::of_sides(account(original.credit.account_id)?, account(original.debit.account_id)?))
    }

    /// How much of a transfer can still be undone. More than zero.
    pub(super) fn rest_to_reverse(&self, original: &Transfer, named: &Reference) -> Result<Amount, Rejection> {
        let reversed = self.book.reversed(original.id);
        if reversed >= original.amount {
            return Err(Rejection::AlreadyReversed { transfer: named.clone() });
        }
        if !matches!(original.kind, TransferKind::Transfer | TransferKind::Capture) {
            return Err(Rejection::NotReversible { transfer: named.clone(), kind: original.kind });
        }
        Ok(Amount::from_minor(original.amount.minor() - reversed.minor()))
    }
}

pub(super) const fn effective_time(at: ReversalTime, original: &Transfer) -> Option<Instant> {
    match at {
        ReversalTime::Now => None,
        ReversalTime::Original => Some(original.effective_at),
    }
}

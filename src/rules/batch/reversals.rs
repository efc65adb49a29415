//! Undoing transfers, once.

use std::ops::Range;

use uuid::Uuid;

use super::super::ids::TransferId;
use super::super::instant::Instant;
use super::super::rejection::Rejection;
use super::super::request::{Expiry, ReversalRequest, ReversalTime};
use super::super::transfer::{Transfer, TransferKind};
use super::Batch;
use super::pair::Pair;
use super::transfers::{size_of_rest, up_to};
use super::working::Content;
use crate::money::Amount;

impl Batch {
    pub(super) fn judge_reversal(
        &mut self,
        request: &ReversalRequest,
        journal_id: Option<Uuid>,
    ) -> Result<Range<usize>, Rejection> {
        let original = self.get_original(request.reversed_id)?.clone();
        let pair = self.opposite_pair(&original)?;
        self.book.check_currencies(pair, request.quantity.money())?;
        self.book.check_open(pair)?;
        self.check_period(effective_time(request.at, &original))?;
        let rest = self.rest_to_reverse(&original)?;
        let amount = size_of_rest(request.quantity, rest).map_err(|requested| Rejection::ReversalTooLarge {
            transfer: original.id,
            remaining: self.book.account(pair.debit).money(rest),
            requested,
        })?;
        self.expire([pair.first, pair.second]);
        self.check_limits(pair, amount)?;
        let totals = self.posted_totals(pair, amount)?;

        // From here on nothing may be refused.
        self.post_totals(pair, totals);
        let content = Content {
            id: request.id,
            kind: TransferKind::Reversal,
            amount,
            effective_at: effective_time(request.at, &original),
            journal_id,
            hold_id: None,
            reversed_id: Some(original.id),
            expiry: Expiry::Never,
            up_to: up_to(request.quantity),
            description: request.description.as_ref(),
            metadata: &request.metadata,
        };
        Ok(self.draft_reversal(&content, pair, &original))
    }

    pub(super) fn draft_reversal(&mut self, content: &Content<'_>, pair: Pair, original: &Transfer) -> Range<usize> {
        let reversed = self.book.reversed(original.id).minor() + content.amount.minor();
        debug_assert!(reversed <= original.amount.minor(), "no more is undone than was done");
        self.book.set_reversed(original.id, Amount::from_minor(reversed));
        self.draft(content, pair)
    }

    pub(super) fn get_original(&self, id: TransferId) -> Result<&Transfer, Rejection> {
        self.find_known(id).ok_or(Rejection::TransferUnknown { transfer: id })
    }

    /// The accounts of a transfer, each on the other side.
    pub(super) fn opposite_pair(&self, original: &Transfer) -> Result<Pair, Rejection> {
        let account = |id| self.book.find_by_id(id).ok_or(Rejection::TransferUnknown { transfer: original.id });
        Ok(Pair::of_sides(account(original.credit.account_id)?, account(original.debit.account_id)?))
    }

    /// How much of a transfer can still be undone. More than zero.
    pub(super) fn rest_to_reverse(&self, original: &Transfer) -> Result<Amount, Rejection> {
        let reversed = self.book.reversed(original.id);
        if reversed >= original.amount {
            return Err(Rejection::AlreadyReversed { transfer: original.id });
        }
        if !matches!(original.kind, TransferKind::Transfer | TransferKind::Capture) {
            return Err(Rejection::NotReversible { transfer: original.id, kind: original.kind });
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

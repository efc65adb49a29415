//! Undoing a transfer, once, in whole or in parts.

use std::ops::Range;

use crate::facts::{Transfer, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::checks::{check_positive, post_to};
use crate::judging::batch::content::Content;
use crate::judging::batch::operations::Judged;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::originals::effective_time;
use crate::judging::batch::quantities::{cap_of, resolve_amount_of_rest};
use crate::judging::batch::sameness::{has_notes, has_reversal_time};
use crate::rejection::Rejection;
use crate::requests::ReversalRequest;

impl Judged for ReversalRequest {
    fn check_well_formed(&self) -> Result<(), Rejection> {
        check_positive(self.quantity.money())
    }

    fn is_same(&self, known: &Transfer, batch: &Batch) -> bool {
        known.kind == TransferKind::Reversal
            && known.reversed_id == Some(self.reversed.id())
            && batch.has_quantity(known, self.quantity)
            && has_reversal_time(known, self.at, batch.find_known(self.reversed.id()))
            && has_notes(known, self.description.as_ref(), &self.metadata)
    }

    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection> {
        let original = batch.get_original(&self.reversed)?.clone();
        let pair = batch.opposite_pair(&original)?;
        batch.book.check_currencies(pair, self.quantity.money())?;
        batch.book.check_open(pair)?;
        batch.check_times(pair, effective_time(self.at, &original))?;
        let rest = batch.rest_to_reverse(&original, &self.reversed)?;
        let amount = resolve_amount_of_rest(self.quantity, rest).map_err(|requested| Rejection::ReversalTooLarge {
            transfer: self.reversed.clone(),
            remaining: batch.book.account(pair.debit).money(rest),
            requested,
        })?;
        batch.expire([pair.first, pair.second]);
        batch.check_limits(pair, amount)?;
        let balances = batch.balances_after(pair, amount, post_to)?;

        // From here on nothing may be refused.
        batch.set_balances(pair, balances);
        let content = Content {
            key: self.id.key(),
            origin,
            effective_at: effective_time(self.at, &original),
            reversed_id: Some(original.id),
            up_to: cap_of(self.quantity),
            description: self.description.as_ref(),
            ..Content::new(self.id.id(), TransferKind::Reversal, amount, &self.metadata)
        };
        Ok(batch.draft_reversal(&content, pair, &original))
    }
}

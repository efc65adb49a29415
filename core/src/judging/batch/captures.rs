//! Posting value that a hold reserved.

use std::ops::Range;

use crate::facts::{HoldState, Transfer, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::checks::{capture_from, check_positive};
use crate::judging::batch::content::Content;
use crate::judging::batch::operations::Judged;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::quantities::{cap_of, resolve_amount_of_rest};
use crate::judging::batch::reservations::{hold_content, reduce_hold};
use crate::judging::batch::sameness::{has_effective_time, has_notes};
use crate::rejection::Rejection;
use crate::requests::{CaptureRequest, Remainder};

impl Judged for CaptureRequest {
    fn check_well_formed(&self) -> Result<(), Rejection> {
        check_positive(self.quantity.money())
    }

    /// Whether it was final is in the digest of the request.
    fn is_same(&self, known: &Transfer, batch: &Batch) -> bool {
        known.kind == TransferKind::Capture
            && known.hold_id == Some(self.hold.id())
            && batch.has_quantity(known, self.quantity)
            && has_effective_time(known, self.effective_at)
            && has_notes(known, self.description.as_ref(), &self.metadata)
    }

    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection> {
        let (hold, pair) = batch.get_hold(&self.hold)?;
        batch.book.check_currencies(pair, self.quantity.money())?;
        batch.book.check_open(pair)?;
        batch.check_times(pair, self.effective_at)?;
        batch.check_hold_is_open(&hold, &self.hold)?;
        let amount =
            resolve_amount_of_rest(self.quantity, hold.remaining).map_err(|requested| Rejection::HoldTooSmall {
                hold: self.hold.clone(),
                remaining: batch.book.account(pair.debit).money(hold.remaining),
                requested,
            })?;
        batch.expire([pair.first, pair.second]);
        // Nothing becomes less available: what is posted was held.
        batch.check_maximums(pair, amount)?;
        let balances = batch.balances_after(pair, amount, capture_from)?;

        // From here on nothing may be refused.
        batch.set_balances(pair, balances);
        let content = Content {
            id: self.id.id(),
            key: self.id.key(),
            origin,
            kind: TransferKind::Capture,
            amount,
            effective_at: self.effective_at,
            up_to: cap_of(self.quantity),
            ..hold_content(&hold, self.description.as_ref(), &self.metadata)
        };
        let drafts = batch.draft(&content, pair);
        let hold = reduce_hold(hold, amount, HoldState::Captured);
        batch.book.set_hold(hold);
        if self.remainder == Remainder::Keep || hold.state != HoldState::Open {
            return Ok(drafts);
        }
        let release = Content {
            id: self.id.id().of_remainder(),
            origin: Origin { digest: None, ..origin },
            ..hold_content(&hold, self.description.as_ref(), &self.metadata)
        };
        let rest = batch.give_up(hold, HoldState::Released, &release, pair);
        Ok(drafts.start..rest.end)
    }
}

//! Moving value.

use std::ops::Range;

use crate::facts::{Transfer, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::checks::{check_positive, post_to};
use crate::judging::batch::content::Content;
use crate::judging::batch::operations::Judged;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::quantities::cap_of;
use crate::judging::batch::sameness::{has_effective_time, has_notes};
use crate::money::Amount;
use crate::rejection::Rejection;
use crate::requests::{Parties, TransferRequest};

impl Judged for TransferRequest {
    fn check_well_formed(&self) -> Result<(), Rejection> {
        check_positive(self.quantity.money())?;
        check_parties_differ(&self.parties)
    }

    fn is_same(&self, known: &Transfer, batch: &Batch) -> bool {
        known.kind == TransferKind::Transfer
            && batch.is_same_transfer(self, known)
            && has_effective_time(known, self.effective_at)
    }

    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection> {
        let pair = batch.book.resolve(&self.parties)?;
        batch.check_quantity_has_a_source(self.quantity, pair)?;
        batch.book.check_currencies(pair, self.quantity.money())?;
        batch.book.check_open(pair)?;
        batch.check_times(pair, self.effective_at)?;
        batch.check_conditions(&self.conditions)?;
        batch.expire([pair.first, pair.second]);
        let amount = batch.resolve_amount(self.quantity, pair)?;
        batch.check_minimums(pair, amount)?;
        batch.check_velocity(pair, amount)?;
        batch.check_maximums(pair, amount)?;
        let balances = batch.balances_after(pair, amount, post_to)?;

        // From here on nothing may be refused.
        batch.set_balances(pair, balances);
        let content = request_content(self, TransferKind::Transfer, amount, origin);
        Ok(batch.draft(&content, pair))
    }
}

impl Batch {
    /// As far as a hold says the same.
    pub(super) fn is_same_transfer(&self, request: &TransferRequest, known: &Transfer) -> bool {
        self.has_parties(known, &request.parties)
            && self.has_quantity(known, request.quantity)
            && has_notes(known, request.description.as_ref(), &request.metadata)
    }
}

pub(super) fn request_content(
    request: &TransferRequest,
    kind: TransferKind,
    amount: Amount,
    origin: Origin,
) -> Content<'_> {
    Content {
        key: request.id.key(),
        effective_at: request.effective_at,
        origin,
        up_to: cap_of(request.quantity),
        description: request.description.as_ref(),
        ..Content::new(request.id.id(), kind, amount, &request.metadata)
    }
}

/// Whether two named accounts are one.
fn check_parties_differ(parties: &Parties) -> Result<(), Rejection> {
    let [first, second] = parties.names();
    if first == second {
        return Err(Rejection::SameAccount { account: first.clone() });
    }
    Ok(())
}

//! Reserving value.

use std::ops::Range;

use crate::facts::{Hold, HoldState, Transfer, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::checks::hold_of;
use crate::judging::batch::content::Content;
use crate::judging::batch::operations::Judged;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::sameness::has_expiry;
use crate::judging::batch::transfers::request_content;
use crate::rejection::Rejection;
use crate::requests::{Expiry, HoldRequest};

impl Judged for HoldRequest {
    fn check_well_formed(&self) -> Result<(), Rejection> {
        self.transfer.check_well_formed()
    }

    fn is_same(&self, known: &Transfer, batch: &Batch) -> bool {
        known.kind == TransferKind::Hold
            && batch.is_same_transfer(&self.transfer, known)
            && has_expiry(known, self.expiry)
    }

    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection> {
        let HoldRequest { transfer, expiry } = self;
        let pair = batch.book.resolve(&transfer.parties)?;
        batch.check_quantity_has_a_source(transfer.quantity, pair)?;
        batch.book.check_currencies(pair, transfer.quantity.money())?;
        batch.book.check_open(pair)?;
        batch.check_times(pair, transfer.effective_at)?;
        batch.check_expires_later(*expiry)?;
        batch.check_conditions(&transfer.conditions)?;
        batch.expire([pair.first, pair.second]);
        let amount = batch.resolve_amount(transfer.quantity, pair)?;
        batch.check_minimums(pair, amount)?;
        batch.check_velocity(pair, amount)?;
        // What could not be posted now is not promised either. Other holds are not counted: they may be released.
        batch.check_maximums(pair, amount)?;
        let balances = batch.balances_after(pair, amount, hold_of)?;

        // From here on nothing may be refused.
        batch.set_balances(pair, balances);
        let content = Content {
            hold_id: Some(transfer.id.id()),
            expiry: *expiry,
            ..request_content(transfer, TransferKind::Hold, amount, origin)
        };
        let drafts = batch.draft(&content, pair);
        batch.open_hold(drafts.start);
        Ok(drafts)
    }
}

impl Batch {
    fn check_expires_later(&self, expiry: Expiry) -> Result<(), Rejection> {
        let now = self.book.now;
        let expires_at = match expiry {
            Expiry::Never => return Ok(()),
            Expiry::At(expires_at) => expires_at,
            Expiry::After(time) => now.after(time),
        };
        if expires_at <= now { Err(Rejection::ExpiryPast { expires_at, now }) } else { Ok(()) }
    }

    fn open_hold(&mut self, draft: usize) {
        let transfer = &self.book.drafts[draft];
        let hold = Hold {
            id: transfer.id,
            sequence: transfer.sequence,
            debit_account_id: transfer.debit.account_id,
            credit_account_id: transfer.credit.account_id,
            amount: transfer.amount,
            remaining: transfer.amount,
            expires_at: transfer.expires_at,
            state: HoldState::Open,
        };
        self.book.set_hold(hold);
    }
}

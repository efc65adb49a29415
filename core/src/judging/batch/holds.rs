//! Reserving value, and what becomes of it.

use std::ops::Range;

use crate::facts::{Actor, Description, Hold, HoldState, Metadata, Reference, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::checks::{capture_from, check_not_closed, hold_of};
use crate::judging::batch::content::Content;
use crate::judging::batch::origin::Origin;
use crate::judging::batch::pair::Pair;
use crate::judging::batch::transfers::{cap_of, request_content, resolve_amount_of_rest};
use crate::money::Amount;
use crate::rejection::Rejection;
use crate::requests::{CaptureRequest, Expiry, HoldRequest, ReleaseRequest, Remainder};

impl Batch {
    pub(super) fn judge_hold(&mut self, request: &HoldRequest, origin: Origin) -> Result<Range<usize>, Rejection> {
        let HoldRequest { transfer, expiry } = request;
        let pair = self.book.resolve(&transfer.parties)?;
        self.check_quantity_has_a_source(transfer.quantity, pair)?;
        self.book.check_currencies(pair, transfer.quantity.money())?;
        self.book.check_open(pair)?;
        self.check_times(pair, transfer.effective_at)?;
        self.check_expires_later(*expiry)?;
        self.check_conditions(&transfer.conditions)?;
        self.expire([pair.first, pair.second]);
        let amount = self.resolve_amount(transfer.quantity, pair)?;
        self.check_minimums(pair, amount)?;
        self.check_velocity(pair, amount)?;
        // What could not be posted now is not promised either. Other holds are not counted: they may be released.
        self.check_maximums(pair, amount)?;
        let balances = self.balances_after(pair, amount, hold_of)?;

        // From here on nothing may be refused.
        self.set_balances(pair, balances);
        let content = Content {
            hold_id: Some(transfer.id.id()),
            expiry: *expiry,
            ..request_content(transfer, TransferKind::Hold, amount, origin)
        };
        let drafts = self.draft(&content, pair);
        self.open_hold(drafts.start);
        Ok(drafts)
    }

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

    pub(super) fn judge_capture(
        &mut self,
        request: &CaptureRequest,
        origin: Origin,
    ) -> Result<Range<usize>, Rejection> {
        let (hold, pair) = self.get_hold(&request.hold)?;
        self.book.check_currencies(pair, request.quantity.money())?;
        self.book.check_open(pair)?;
        self.check_times(pair, request.effective_at)?;
        self.check_hold_is_open(&hold, &request.hold)?;
        let amount =
            resolve_amount_of_rest(request.quantity, hold.remaining).map_err(|requested| Rejection::HoldTooSmall {
                hold: request.hold.clone(),
                remaining: self.book.account(pair.debit).money(hold.remaining),
                requested,
            })?;
        self.expire([pair.first, pair.second]);
        // Nothing becomes less available: what is posted was held.
        self.check_maximums(pair, amount)?;
        let balances = self.balances_after(pair, amount, capture_from)?;

        // From here on nothing may be refused.
        self.set_balances(pair, balances);
        let content = Content {
            id: request.id.id(),
            key: request.id.key(),
            origin,
            kind: TransferKind::Capture,
            amount,
            effective_at: request.effective_at,
            up_to: cap_of(request.quantity),
            ..hold_content(&hold, request.description.as_ref(), &request.metadata)
        };
        let drafts = self.draft(&content, pair);
        let hold = reduce_hold(hold, amount, HoldState::Captured);
        self.book.set_hold(hold);
        if request.remainder == Remainder::Keep || hold.state != HoldState::Open {
            return Ok(drafts);
        }
        let release = Content {
            id: request.id.id().of_remainder(),
            origin: Origin { digest: None, ..origin },
            ..hold_content(&hold, request.description.as_ref(), &request.metadata)
        };
        let rest = self.give_up(hold, HoldState::Released, &release, pair);
        Ok(drafts.start..rest.end)
    }

    pub(super) fn judge_release(
        &mut self,
        request: &ReleaseRequest,
        origin: Origin,
    ) -> Result<Range<usize>, Rejection> {
        let (hold, pair) = self.get_hold(&request.hold)?;
        for (index, _) in pair.sides() {
            check_not_closed(self.book.account(index))?;
        }
        self.check_clock([pair.first, pair.second])?;
        self.check_hold_is_open(&hold, &request.hold)?;

        // From here on nothing may be refused. A frozen account does not keep what it reserved: nothing goes in or out by that.
        self.expire([pair.first, pair.second]);
        let content = Content {
            id: request.id.id(),
            key: request.id.key(),
            origin,
            ..hold_content(&hold, request.description.as_ref(), &request.metadata)
        };
        Ok(self.give_up(hold, HoldState::Released, &content, pair))
    }

    /// Records the expiry of the holds of these accounts that have expired.
    pub(super) fn expire<const COUNT: usize>(&mut self, accounts: [usize; COUNT]) {
        if !self.book.has_expired() {
            return;
        }
        for index in accounts {
            if self.book.particulars(index).expired.is_empty() {
                continue;
            }
            let expired = std::mem::take(&mut self.book.account_and_particulars_mut(index).1.expired);
            for id in expired {
                // The hold's other account may have recorded it already.
                let Ok((hold, pair)) = self.get_hold(&id.into()) else { continue };
                // What is written behind it was refused before this; a sweep leaves it to be recorded later.
                if hold.state == HoldState::Open && self.check_clock([pair.debit, pair.credit]).is_ok() {
                    // Nobody asked for it: it happened by itself, and this request is only the first behind it.
                    let (metadata, actor) = (Metadata::default(), Actor::teller());
                    let content =
                        Content { actor: Some(&actor), id: id.of_expiry(), ..hold_content(&hold, None, &metadata) };
                    self.give_up(hold, HoldState::Expired, &content, pair);
                }
            }
        }
    }

    pub(super) fn get_hold(&self, named: &Reference) -> Result<(Hold, Pair), Rejection> {
        let unknown = || Rejection::HoldUnknown { hold: named.clone() };
        let hold = *self.book.find_hold(named.id()).ok_or_else(unknown)?;
        let account = |id| self.book.find_by_id(id);
        match (account(hold.debit_account_id), account(hold.credit_account_id)) {
            (Some(debit), Some(credit)) => Ok((hold, Pair::of_sides(debit, credit))),
            _ => Err(unknown()),
        }
    }

    fn check_hold_is_open(&self, hold: &Hold, named: &Reference) -> Result<(), Rejection> {
        match (hold.state_at(self.book.now), hold.expires_at) {
            (HoldState::Open, _) => Ok(()),
            (HoldState::Expired, Some(expires_at)) => Err(Rejection::HoldExpired { hold: named.clone(), expires_at }),
            (state, _) => Err(Rejection::HoldNotOpen { hold: named.clone(), state }),
        }
    }

    /// Writes down that what is left of a hold is free again.
    fn give_up(&mut self, hold: Hold, state: HoldState, content: &Content<'_>, pair: Pair) -> Range<usize> {
        self.unreserve(pair, hold.remaining);
        let drafts = self.draft(content, pair);
        self.book.set_hold(reduce_hold(hold, hold.remaining, state));
        drafts
    }

    fn unreserve(&mut self, pair: Pair, amount: Amount) {
        for (index, side) in pair.sides() {
            let account = self.book.account_mut(index);
            account.balances = account.balances.without_held(side, amount);
        }
    }
}

/// A hold without an amount that was captured or released, and its state if nothing is left.
fn reduce_hold(hold: Hold, amount: Amount, state_at_zero: HoldState) -> Hold {
    let remaining = Amount::from_minor(hold.remaining.minor() - amount.minor());
    debug_assert!(remaining >= Amount::ZERO, "no more is taken from a hold than is left");
    Hold { remaining, state: if remaining == Amount::ZERO { state_at_zero } else { hold.state }, ..hold }
}

/// What a row about a hold says, as far as all of them say the same: a release of all that is left.
fn hold_content<'a>(hold: &Hold, description: Option<&'a Description>, metadata: &'a Metadata) -> Content<'a> {
    Content {
        hold_id: Some(hold.id),
        description,
        ..Content::new(hold.id, TransferKind::Release, hold.remaining, metadata)
    }
}

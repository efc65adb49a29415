//! What becomes of holds: taken from, given up, expired.

use std::ops::Range;

use crate::facts::{Actor, Description, Hold, HoldState, Metadata, Reference, TransferKind};
use crate::judging::batch::Batch;
use crate::judging::batch::content::Content;
use crate::judging::batch::pair::Pair;
use crate::money::Amount;
use crate::rejection::Rejection;

impl Batch {
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

    pub(super) fn check_hold_is_open(&self, hold: &Hold, named: &Reference) -> Result<(), Rejection> {
        match (hold.state_at(self.book.now), hold.expires_at) {
            (HoldState::Open, _) => Ok(()),
            (HoldState::Expired, Some(expires_at)) => Err(Rejection::HoldExpired { hold: named.clone(), expires_at }),
            (state, _) => Err(Rejection::HoldNotOpen { hold: named.clone(), state }),
        }
    }

    /// Writes down that what is left of a hold is free again.
    pub(super) fn give_up(&mut self, hold: Hold, state: HoldState, content: &Content<'_>, pair: Pair) -> Range<usize> {
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
pub(super) fn reduce_hold(hold: Hold, amount: Amount, state_at_zero: HoldState) -> Hold {
    let remaining = Amount::from_minor(hold.remaining.minor() - amount.minor());
    debug_assert!(remaining >= Amount::ZERO, "no more is taken from a hold than is left");
    Hold { remaining, state: if remaining == Amount::ZERO { state_at_zero } else { hold.state }, ..hold }
}

/// What a row about a hold says, as far as all of them say the same: a release of all that is left.
pub(super) fn hold_content<'a>(
    hold: &Hold,
    description: Option<&'a Description>,
    metadata: &'a Metadata,
) -> Content<'a> {
    Content {
        hold_id: Some(hold.id),
        description,
        ..Content::new(hold.id, TransferKind::Release, hold.remaining, metadata)
    }
}

//! Changing what an account may do.

use std::ops::Range;

use uuid::Uuid;

use super::super::account::{Account, AccountState, Terms};
use super::super::chain::hash_event;
use super::super::event::{AccountEvent, LastEvent};
use super::super::hash::Hash;
use super::super::ids::Sequence;
use super::super::opening::change_limits;
use super::super::operation::{AccountAction, AccountChange, Sides};
use super::super::rejection::Rejection;
use super::Batch;
use super::working::EventDraft;
use crate::money::Amount;

impl Batch {
    /// Records the change, unless the account is like that already.
    pub(super) fn judge_change(
        &mut self,
        request: &AccountChange,
        journal_id: Option<Uuid>,
    ) -> Result<Range<usize>, Rejection> {
        let index = self.book.get_by_name(&request.account)?;
        let before = self.book.account(index).terms();
        if before.state == AccountState::Closed && request.action != AccountAction::Close {
            return Err(Rejection::AccountClosed { account: request.account.clone() });
        }
        self.expire([index]);
        let after = terms_after(self.book.account(index), request.action)?;

        // From here on nothing may be refused.
        let end = self.book.drafts.len();
        if after != before {
            self.draft_event(index, request, after, journal_id);
        }
        Ok(end..end)
    }

    fn draft_event(&mut self, index: usize, request: &AccountChange, after: Terms, journal_id: Option<Uuid>) {
        let slot = self.book.slot(index);
        let account = &slot.account;
        let times = [account.last.map(|last| last.recorded_at), slot.last_event.map(|last| last.recorded_at)];
        let recorded_at = times.into_iter().flatten().fold(self.book.now, |time, last| time.max(last.next()));
        let mut event = AccountEvent {
            account_id: account.id,
            number: slot.last_event.map_or(0, |last| last.number) + 1,
            sequence: Sequence::UNASSIGNED,
            version: account.version,
            recorded_at,
            before: account.terms(),
            after,
            actor: request.actor.clone(),
            reason: request.reason.clone(),
            journal_id,
            hash: Hash([0; 32]),
        };
        event.hash = hash_event(&event, account.head);

        let slot = self.book.slot_mut(index);
        slot.last_event = Some(LastEvent { number: event.number, recorded_at });
        slot.has_event = true;
        slot.account.head = event.hash;
        slot.account.state = after.state;
        slot.account.limits = after.limits;
        slot.account.closed_at = (after.state == AccountState::Closed).then_some(recorded_at);
        let place = self.book.place_count();
        self.book.events.push(EventDraft { event, place });
    }
}

fn terms_after(account: &Account, action: AccountAction) -> Result<Terms, Rejection> {
    let Terms { state, limits } = account.terms();
    Ok(match action {
        AccountAction::Limit(change) => Terms { state, limits: change_limits(account, change)? },
        AccountAction::Freeze(sides) => Terms { state: frozen(state, sides), limits },
        AccountAction::Unfreeze(sides) => Terms { state: unfrozen(state, sides), limits },
        AccountAction::Close => {
            check_empty(account)?;
            Terms { state: AccountState::Closed, limits }
        }
    })
}

fn check_empty(account: &Account) -> Result<(), Rejection> {
    let held = account.totals.debits_held.max(account.totals.credits_held);
    if held != Amount::ZERO {
        return Err(Rejection::AccountHasHolds { account: account.name.clone(), held: account.money(held) });
    }
    if account.posted() != Amount::ZERO {
        return Err(Rejection::AccountNotEmpty {
            account: account.name.clone(),
            posted: account.money(account.posted()),
        });
    }
    Ok(())
}

/// A closed account never comes here to be frozen.
const fn frozen(state: AccountState, sides: Sides) -> AccountState {
    match (state, sides) {
        (AccountState::Open, Sides::Debits) => AccountState::DebitsFrozen,
        (AccountState::Open, Sides::Credits) => AccountState::CreditsFrozen,
        (AccountState::DebitsFrozen, Sides::Debits) | (AccountState::CreditsFrozen, Sides::Credits) => state,
        _ => AccountState::Frozen,
    }
}

const fn unfrozen(state: AccountState, sides: Sides) -> AccountState {
    match (state, sides) {
        (AccountState::Frozen, Sides::Debits) => AccountState::CreditsFrozen,
        (AccountState::Frozen, Sides::Credits) => AccountState::DebitsFrozen,
        (AccountState::DebitsFrozen, Sides::Credits) | (AccountState::CreditsFrozen, Sides::Debits) => state,
        _ => AccountState::Open,
    }
}

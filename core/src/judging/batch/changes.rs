//! Changing what an account may do.

use std::ops::Range;

use uuid::Uuid;

use crate::facts::{Account, AccountEvent, AccountState, Actor, Annotation, Description, Hash, LastEvent, Terms};
use crate::judging::batch::Batch;
use crate::judging::batch::origin::Origin;
use crate::judging::limits::{change_limits, change_velocity};
use crate::money::Amount;
use crate::proof::hash_event;
use crate::rejection::Rejection;
use crate::requests::{AccountAction, AccountChange, Sides};

/// Who wants an event, why, and as part of what.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) actor: &'a Actor,
    pub(super) reason: Option<&'a Description>,
    pub(super) journal_id: Option<Uuid>,
}

impl Batch {
    /// Records the change, unless the account is like that already.
    pub(super) fn judge_change(&mut self, request: &AccountChange, origin: Origin) -> Result<Range<usize>, Rejection> {
        let index = self.book.get_by_name(&request.account)?;
        let before = self.book.account(index).terms();
        if before.state == AccountState::Closed && request.action != AccountAction::Close {
            return Err(Rejection::AccountClosed { account: request.account.clone() });
        }
        self.check_clock_of_event(index)?;
        self.expire([index]);
        let after = terms_after(self.book.account(index), request.action)?;

        // From here on nothing may be refused.
        let end = self.book.drafts.len();
        if after != before {
            let signed =
                Signed { actor: &request.actor, reason: request.reason.as_ref(), journal_id: origin.journal_id };
            self.draft_event(index, after, None, signed);
        }
        Ok(end..end)
    }

    /// Writes an event down, with its account changed by it.
    pub(super) fn draft_event(
        &mut self,
        index: usize,
        after: Terms,
        annotation: Option<Annotation>,
        signed: Signed<'_>,
    ) {
        let account = self.book.account(index);
        let last_event = self.book.particulars(index).last_event;
        let times = [account.last.map(|last| last.recorded_at), last_event.map(|last| last.recorded_at)];
        let recorded_at = times.into_iter().flatten().fold(self.book.now, |time, last| time.max(last.next()));
        let mut event = AccountEvent {
            account_id: account.id,
            number: last_event.map_or(0, |last| last.number) + 1,
            sequence: self.book.next_sequence(),
            version: account.version,
            recorded_at,
            before: account.terms(),
            after,
            annotation,
            actor: signed.actor.clone(),
            reason: signed.reason.cloned(),
            journal_id: signed.journal_id,
            hash: Hash([0; 32]),
        };
        event.hash = hash_event(&event, account.head);

        let (account, particulars) = self.book.account_and_particulars_mut(index);
        particulars.last_event = Some(LastEvent { number: event.number, sequence: event.sequence, recorded_at });
        account.head = event.hash;
        account.state = after.state;
        account.limits = after.limits;
        account.velocity = after.velocity;
        if after.state == AccountState::Closed {
            account.closed_at.get_or_insert(recorded_at);
        }
        self.book.events.push(event);
    }
}

fn terms_after(account: &Account, action: AccountAction) -> Result<Terms, Rejection> {
    let terms = account.terms();
    Ok(match action {
        AccountAction::Limit(change) => {
            let velocity = change_velocity(account, change)?;
            Terms { limits: change_limits(account, change)?, velocity, ..terms }
        }
        AccountAction::Freeze(sides) => Terms { state: frozen(terms.state, sides), ..terms },
        AccountAction::Unfreeze(sides) => Terms { state: unfrozen(terms.state, sides), ..terms },
        AccountAction::Close => {
            check_empty(account)?;
            Terms { state: AccountState::Closed, ..terms }
        }
    })
}

fn check_empty(account: &Account) -> Result<(), Rejection> {
    let held = account.balances.debits_held.max(account.balances.credits_held);
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

//! Changing what an account may do.

use std::ops::Range;

use crate::facts::{Account, AccountState, Terms, Transfer};
use crate::judging::batch::Batch;
use crate::judging::batch::events::Signed;
use crate::judging::batch::operations::Judged;
use crate::judging::batch::origin::Origin;
use crate::judging::limits::{change_limits, change_velocity};
use crate::money::Amount;
use crate::rejection::Rejection;
use crate::requests::{AccountAction, AccountChange, Sides};

impl Judged for AccountChange {
    fn check_well_formed(&self) -> Result<(), Rejection> {
        Ok(())
    }

    /// It makes no transfer.
    fn is_same(&self, _: &Transfer, _: &Batch) -> bool {
        false
    }

    /// Records the change, unless the account is like that already.
    fn judge(&self, batch: &mut Batch, origin: Origin) -> Result<Range<usize>, Rejection> {
        let index = batch.book.get_by_name(&self.account)?;
        let before = batch.book.account(index).terms();
        if before.state == AccountState::Closed && self.action != AccountAction::Close {
            return Err(Rejection::AccountClosed { account: self.account.clone() });
        }
        batch.check_clock_of_event(index)?;
        batch.expire([index]);
        let after = terms_after(batch.book.account(index), self.action)?;

        // From here on nothing may be refused.
        let end = batch.book.drafts.len();
        if after != before {
            let signed = Signed { actor: &self.actor, reason: self.reason.as_ref(), journal_id: origin.journal_id };
            batch.draft_event(index, after, None, signed);
        }
        Ok(end..end)
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

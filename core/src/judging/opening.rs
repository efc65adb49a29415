//! Opening an account, and changing how far its balance may go.

use crate::facts::{Account, AccountState, Balances, OpenedWith, OpeningEvent, Velocity};
use crate::judging::limits::{check_inside_limits, check_limits_ordered};
use crate::proof::hash_account;
use crate::rejection::Rejection;
use crate::requests::AccountRequest;

/// The answer to a request to open an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A new account.
    New(Account),
    /// The account that the same request opened before, as it stands now.
    Replay(Account),
}

/// An account that is there already.
#[derive(Clone, Copy, Debug)]
pub struct Existing<'a> {
    /// The account as it stands now.
    pub account: &'a Account,
    /// What of it was another when it was opened.
    pub opened_with: &'a OpenedWith,
}

/// Opens an account by an event, or finds that the same request did so before. `existing` is the account of that name.
///
/// # Errors
/// [`Rejection::AccountClosed`], [`Rejection::AccountExists`], [`Rejection::LimitsInverted`], [`Rejection::LimitOverrun`].
pub fn open_account(
    request: &AccountRequest,
    existing: Option<Existing<'_>>,
    event: &OpeningEvent,
) -> Result<Opening, Rejection> {
    if let Some(existing) = existing {
        // A closed account is closed for ever. To answer that it is open would be wrong, even to a request that opened it.
        if existing.account.state == AccountState::Closed {
            return Err(Rejection::AccountClosed { account: request.name.clone() });
        }
        return match difference(request, existing) {
            None => Ok(Opening::Replay(existing.account.clone())),
            Some(field) => Err(Rejection::AccountExists { account: request.name.clone(), field }),
        };
    }
    check_limits_ordered(&request.name, request.currency, request.limits)?;
    let account = Account {
        id: event.account_id,
        name: request.name.clone(),
        account_type: request.account_type,
        currency: request.currency,
        state: AccountState::Open,
        limits: request.limits,
        velocity: Velocity::default(),
        balances: Balances::default(),
        version: 0,
        last: None,
        head: hash_account(request, event),
        description: request.description.clone(),
        metadata: request.metadata.clone(),
        opened_at: event.recorded_at,
        opened_by: event.actor.clone(),
        closed_at: None,
    };
    check_inside_limits(&account, request.limits)?;

    Ok(Opening::New(account))
}

/// The first thing in which a request differs from the one that opened the account.
fn difference(request: &AccountRequest, existing: Existing<'_>) -> Option<&'static str> {
    let Existing { account, opened_with } = existing;
    if request.account_type != account.account_type {
        return Some("type");
    }
    if request.currency != account.currency {
        return Some("currency");
    }
    if request.limits.min_balance != opened_with.limits.min_balance {
        return Some("minimum");
    }
    if request.limits.max_balance != opened_with.limits.max_balance {
        return Some("maximum");
    }
    if request.description != account.description {
        return Some("description");
    }
    if request.metadata != opened_with.metadata {
        return Some("metadata");
    }
    None
}

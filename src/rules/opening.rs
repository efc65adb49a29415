//! Opening an account, and changing how far its balance may go.

use super::account::{Account, AccountRequest, AccountState, Balances, Limits};
use super::chain::hash_account;
use super::ids::AccountId;
use super::instant::Instant;
use super::rejection::Rejection;
use super::text::{AccountName, Metadata};
use super::velocity::Velocity;
use crate::money::{Amount, Currency, Money};

/// The answer to a request to open an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A new account. Its number is for the database to give.
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

/// What an account was opened with and may have been changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedWith {
    /// How far its balance could go.
    pub limits: Limits,
    /// What was kept beside it.
    pub metadata: Metadata,
}

/// Opens an account, or finds that the same request did so before. `existing` is the account of that name.
///
/// # Errors
/// [`Rejection::AccountClosed`], [`Rejection::AccountExists`], [`Rejection::LimitsInverted`], [`Rejection::LimitOverrun`].
pub fn open_account(
    request: &AccountRequest,
    existing: Option<Existing<'_>>,
    now: Instant,
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
        id: AccountId::UNASSIGNED,
        name: request.name.clone(),
        account_type: request.account_type,
        currency: request.currency,
        state: AccountState::Open,
        limits: request.limits,
        velocity: Velocity::default(),
        balances: Balances::default(),
        version: 0,
        last: None,
        head: hash_account(request, now),
        description: request.description.clone(),
        metadata: request.metadata.clone(),
        opened_at: now,
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

/// What becomes of one limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewLimit {
    /// It stays as it is.
    #[default]
    Keep,
    /// There is none any more.
    Remove,
    /// It is this amount.
    Set(Amount),
}

impl NewLimit {
    /// The limit afterwards.
    #[must_use]
    pub fn or(self, present: Option<Amount>) -> Option<Amount> {
        match self {
            Self::Keep => present,
            Self::Remove => None,
            Self::Set(limit) => Some(limit),
        }
    }
}

/// A change of limits: of how far the balance may go, and of how much may leave the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitChange {
    /// What is available may not fall below this.
    pub min_balance: NewLimit,
    /// What is posted may not rise above this.
    pub max_balance: NewLimit,
    /// No more may leave it in one transfer or hold.
    pub per_transfer: NewLimit,
    /// No more may leave it in a day of UTC.
    pub per_day: NewLimit,
    /// No more may leave it in a month of UTC.
    pub per_month: NewLimit,
}

impl LimitChange {
    /// Whether what left the account before counts from then on, where it did not.
    #[must_use]
    pub const fn opens_window(&self) -> bool {
        matches!(self.per_day, NewLimit::Set(_)) || matches!(self.per_month, NewLimit::Set(_))
    }
}

/// The limits that an account would have after a change.
///
/// # Errors
/// [`Rejection::LimitsInverted`], [`Rejection::LimitOverrun`].
pub(super) fn change_limits(account: &Account, change: LimitChange) -> Result<Limits, Rejection> {
    let limits = Limits {
        min_balance: change.min_balance.or(account.limits.min_balance),
        max_balance: change.max_balance.or(account.limits.max_balance),
    };
    check_limits_ordered(&account.name, account.currency, limits)?;
    check_inside_limits(account, limits)?;

    Ok(limits)
}

/// How much could leave an account after a change.
///
/// # Errors
/// [`Rejection::VelocityNegative`].
pub(super) fn change_velocity(account: &Account, change: LimitChange) -> Result<Velocity, Rejection> {
    let velocity = Velocity {
        per_transfer: change.per_transfer.or(account.velocity.per_transfer),
        per_day: change.per_day.or(account.velocity.per_day),
        per_month: change.per_month.or(account.velocity.per_month),
    };
    let limits = [velocity.per_transfer, velocity.per_day, velocity.per_month];
    match limits.into_iter().flatten().find(|&limit| limit < Amount::ZERO) {
        Some(limit) => Err(Rejection::VelocityNegative { account: account.name.clone(), limit: account.money(limit) }),
        None => Ok(velocity),
    }
}

fn check_limits_ordered(name: &AccountName, currency: Currency, limits: Limits) -> Result<(), Rejection> {
    match (limits.min_balance, limits.max_balance) {
        (Some(min_balance), Some(max_balance)) if min_balance > max_balance => Err(Rejection::LimitsInverted {
            account: name.clone(),
            min_balance: Money::new(min_balance, currency),
            max_balance: Money::new(max_balance, currency),
        }),
        _ => Ok(()),
    }
}

/// A new limit that the balance already breaks is refused, for a minimum above zero on a new account too: nothing could ever raise it.
fn check_inside_limits(account: &Account, limits: Limits) -> Result<(), Rejection> {
    let overrun = |balance, limit| Rejection::LimitOverrun {
        account: account.name.clone(),
        balance: account.money(balance),
        limit: account.money(limit),
    };
    if let Some(min_balance) = limits.min_balance.filter(|&limit| account.available() < limit) {
        return Err(overrun(account.available(), min_balance));
    }
    if let Some(max_balance) = limits.max_balance.filter(|&limit| account.posted() > limit) {
        return Err(overrun(account.posted(), max_balance));
    }
    Ok(())
}

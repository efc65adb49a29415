//! Changing how far a balance may go, and how much may leave an account.

use crate::facts::{Account, AccountName, Limits, Velocity};
use crate::money::{Amount, Currency, Money};
use crate::rejection::Rejection;
use crate::requests::LimitChange;

/// The limits that an account would have after a change.
///
/// # Errors
/// [`Rejection::LimitsInverted`], [`Rejection::LimitOverrun`].
pub(crate) fn change_limits(account: &Account, change: LimitChange) -> Result<Limits, Rejection> {
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
pub(crate) fn change_velocity(account: &Account, change: LimitChange) -> Result<Velocity, Rejection> {
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

pub(super) fn check_limits_ordered(name: &AccountName, currency: Currency, limits: Limits) -> Result<(), Rejection> {
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
pub(super) fn check_inside_limits(account: &Account, limits: Limits) -> Result<(), Rejection> {
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

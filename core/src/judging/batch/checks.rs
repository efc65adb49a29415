//! Refusals that are about one account, each with its own name.

use crate::facts::{Account, AccountState, Balances, NormalSide};
use crate::money::{Amount, Money};
use crate::rejection::Rejection;

pub(super) fn check_positive(amount: Option<Money>) -> Result<(), Rejection> {
    match amount {
        Some(amount) if !amount.amount.is_positive() => Err(Rejection::AmountNotPositive { amount }),
        _ => Ok(()),
    }
}

pub(super) fn check_currency(account: &Account, money: Money) -> Result<(), Rejection> {
    if account.currency == money.currency {
        return Ok(());
    }
    Err(Rejection::CurrenciesDiffer {
        account: account.name.clone(),
        account_currency: account.currency.code(),
        currency: money.currency.code(),
    })
}

pub(super) fn check_not_closed(account: &Account) -> Result<(), Rejection> {
    if account.state == AccountState::Closed {
        return Err(Rejection::AccountClosed { account: account.name.clone() });
    }
    Ok(())
}

pub(super) fn check_not_frozen(account: &Account, side: NormalSide) -> Result<(), Rejection> {
    let frozen_for_side = match side {
        NormalSide::Debit => AccountState::DebitsFrozen,
        NormalSide::Credit => AccountState::CreditsFrozen,
    };
    if account.state == AccountState::Frozen || account.state == frozen_for_side {
        return Err(Rejection::AccountFrozen { account: account.name.clone(), state: account.state });
    }
    Ok(())
}

/// Whether an account that falls by the debit or credit stays at or above its minimum.
pub(super) fn check_min_balance(account: &Account, side: NormalSide, requested: Money) -> Result<(), Rejection> {
    let Some(min_balance) = account.limits.min_balance else { return Ok(()) };
    let after = account.available().checked_sub(requested.amount);
    if !account.falls_by(side) || after.is_some_and(|after| after >= min_balance) {
        return Ok(());
    }
    Err(Rejection::InsufficientFunds {
        account: account.name.clone(),
        available: account.money(account.available()),
        min_balance: account.money(min_balance),
        requested,
    })
}

/// Whether an account that rises by the debit or credit stays at or below its maximum.
pub(super) fn check_max_balance(account: &Account, side: NormalSide, requested: Money) -> Result<(), Rejection> {
    let Some(max_balance) = account.limits.max_balance else { return Ok(()) };
    let after = account.posted().checked_add(requested.amount);
    if account.falls_by(side) || after.is_some_and(|after| after <= max_balance) {
        return Ok(());
    }
    Err(Rejection::MaxBalanceExceeded {
        account: account.name.clone(),
        posted: account.money(account.posted()),
        max_balance: account.money(max_balance),
        requested,
    })
}

/// The account's balances after a debit or credit.
pub(super) fn post_to(account: &Account, side: NormalSide, amount: Amount) -> Result<Balances, Rejection> {
    let normal_side = account.account_type.normal_side();
    let after = account.balances.checked_post(normal_side, side, amount);
    after.filter(|after| after.has_room_for_captures(normal_side)).ok_or_else(|| overflow(account, amount))
}

/// The account's balances after a debit or credit that a hold has reserved.
pub(super) fn capture_from(account: &Account, side: NormalSide, amount: Amount) -> Result<Balances, Rejection> {
    let freed = account.balances.without_held(side, amount);
    freed.checked_post(account.account_type.normal_side(), side, amount).ok_or_else(|| overflow(account, amount))
}

/// The account's balances with another debit or credit reserved.
pub(super) fn hold_of(account: &Account, side: NormalSide, amount: Amount) -> Result<Balances, Rejection> {
    let held = account.balances.held(side).checked_add(amount);
    let after = held.map(|held| account.balances.with_held(side, held));
    after
        .filter(|after| after.has_room_for_captures(account.account_type.normal_side()))
        .ok_or_else(|| overflow(account, amount))
}

fn overflow(account: &Account, amount: Amount) -> Rejection {
    Rejection::Overflow { account: account.name.clone(), requested: account.money(amount) }
}

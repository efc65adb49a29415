//! Refusals that are about one account, each with its own name.

use super::super::account::{Account, AccountState, NormalSide};
use super::super::rejection::Rejection;
use crate::money::{Amount, Money};

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

/// The account's posted debits or credits with the amount in them.
pub(super) fn add_posted(account: &Account, side: NormalSide, amount: Amount) -> Result<Amount, Rejection> {
    add(account, account.totals.posted(side), amount)
}

/// The account's held debits or credits with the amount in them.
pub(super) fn add_held(account: &Account, side: NormalSide, amount: Amount) -> Result<Amount, Rejection> {
    add(account, account.totals.held(side), amount)
}

fn add(account: &Account, total: Amount, amount: Amount) -> Result<Amount, Rejection> {
    total
        .checked_add(amount)
        .ok_or_else(|| Rejection::Overflow { account: account.name.clone(), requested: account.money(amount) })
}

//! How much is moved, and the balances that come of it.

use std::ops::Range;

use crate::facts::{Account, Balances, NormalSide};
use crate::judging::batch::Batch;
use crate::judging::batch::checks::{check_currency, check_max_balance, check_min_balance};
use crate::judging::batch::content::Content;
use crate::judging::batch::pair::Pair;
use crate::money::{Amount, Money};
use crate::rejection::Rejection;
use crate::requests::{Condition, Expected, Quantity};

impl Batch {
    pub(super) fn draft(&mut self, content: &Content<'_>, pair: Pair) -> Range<usize> {
        let index = self.book.draft(content, pair);
        index..index + 1
    }

    pub(super) fn check_conditions(&self, conditions: &[Condition]) -> Result<(), Rejection> {
        for Condition { account, expected } in conditions {
            let found = self.book.account(self.book.get_by_name(account)?);
            if let Expected::Balance(_, money) = expected {
                check_currency(found, *money)?;
            }
            if let Some(actual) = expected.find_difference(found) {
                let account = account.clone();
                return Err(Rejection::PreconditionFailed { account, expected: expected.to_string(), actual });
            }
        }
        Ok(())
    }

    /// What is available is that of an account that falls, so there must be one.
    pub(super) fn check_quantity_has_a_source(&self, quantity: Quantity, pair: Pair) -> Result<(), Rejection> {
        if matches!(quantity, Quantity::Exactly(_)) || self.find_falling(pair).is_some() {
            return Ok(());
        }
        Err(Rejection::NothingFalls {
            account: self.book.account(pair.first).name.clone(),
            other: self.book.account(pair.second).name.clone(),
        })
    }

    /// The account that falls, the first that is named where both do.
    fn find_falling(&self, pair: Pair) -> Option<usize> {
        let falls = |(index, side): &(usize, NormalSide)| self.book.account(*index).falls_by(*side);
        pair.sides().into_iter().find(falls).map(|(index, _)| index)
    }

    /// The amount of a quantity. An open quantity takes what is available above zero, or above the minimum if that is higher.
    pub(super) fn resolve_amount(&self, quantity: Quantity, pair: Pair) -> Result<Amount, Rejection> {
        let most = match quantity {
            Quantity::Exactly(money) => return Ok(money.amount),
            Quantity::UpTo(money) => money.amount,
            Quantity::All => Amount::MAX,
        };
        let account = self.book.account(self.find_falling(pair).unwrap_or(pair.first));
        let floor = account.limits.min_balance.unwrap_or(Amount::ZERO).max(Amount::ZERO);
        match account.available().checked_sub(floor).map(|spendable| spendable.min(most)) {
            Some(amount) if amount.is_positive() => Ok(amount),
            _ => Err(Rejection::NothingAvailable {
                account: account.name.clone(),
                available: account.money(account.available()),
            }),
        }
    }

    pub(super) fn check_limits(&self, pair: Pair, amount: Amount) -> Result<(), Rejection> {
        self.check_minimums(pair, amount)?;
        self.check_maximums(pair, amount)
    }

    pub(super) fn check_minimums(&self, pair: Pair, amount: Amount) -> Result<(), Rejection> {
        for (index, side) in pair.sides() {
            let account = self.book.account(index);
            check_min_balance(account, side, account.money(amount))?;
        }
        Ok(())
    }

    pub(super) fn check_maximums(&self, pair: Pair, amount: Amount) -> Result<(), Rejection> {
        for (index, side) in pair.sides() {
            let account = self.book.account(index);
            check_max_balance(account, side, account.money(amount))?;
        }
        Ok(())
    }

    /// The balances of the two accounts after the amount, in the order in which they were named.
    pub(super) fn balances_after(
        &self,
        pair: Pair,
        amount: Amount,
        after: fn(&Account, NormalSide, Amount) -> Result<Balances, Rejection>,
    ) -> Result<[Balances; 2], Rejection> {
        let [first, second] = pair.sides().map(|(index, side)| after(self.book.account(index), side, amount));
        Ok([first?, second?])
    }

    pub(super) fn set_balances(&mut self, pair: Pair, balances: [Balances; 2]) {
        for ((index, _), balances) in pair.sides().into_iter().zip(balances) {
            self.book.account_mut(index).balances = balances;
        }
    }
}

/// The cap of an open quantity, which is recorded beside the amount. `None` for an exact amount.
pub(super) const fn cap_of(quantity: Quantity) -> Option<Amount> {
    match quantity {
        Quantity::Exactly(_) => None,
        Quantity::UpTo(money) => Some(money.amount),
        Quantity::All => Some(Amount::MAX),
    }
}

/// The amount of a quantity of which `rest` is left.
///
/// # Errors
/// The requested amount, if it is more than that.
pub(super) fn resolve_amount_of_rest(quantity: Quantity, rest: Amount) -> Result<Amount, Money> {
    match quantity {
        Quantity::Exactly(money) if money.amount > rest => Err(money),
        Quantity::Exactly(money) => Ok(money.amount),
        Quantity::UpTo(money) => Ok(money.amount.min(rest)),
        Quantity::All => Ok(rest),
    }
}

//! Who is debited and who is credited.

use crate::facts::{AccountName, NormalSide};
use crate::judging::batch::checks::{check_currency, check_not_closed, check_not_frozen};
use crate::judging::batch::pair::Pair;
use crate::judging::batch::working::Working;
use crate::money::Money;
use crate::rejection::Rejection;
use crate::requests::Parties;

impl Working {
    pub(super) fn resolve(&self, parties: &Parties) -> Result<Pair, Rejection> {
        let [first_name, second_name] = parties.names();
        let (first, second) = (self.get_by_name(first_name)?, self.get_by_name(second_name)?);
        let side = |index: usize| self.account(index).account_type.normal_side();
        let (first_side, second_side) = (side(first), side(second));

        // A debit lowers a credit-normal account and raises a debit-normal one.
        let first_is_debited = match parties {
            Parties::Post { .. } => true,
            Parties::Transfer { from, to } if first_side != second_side => {
                return Err(Rejection::NormalSidesDiffer {
                    from: from.clone(),
                    from_side: first_side,
                    to: to.clone(),
                    to_side: second_side,
                });
            }
            Parties::Deposit { account, cash } | Parties::Withdrawal { account, cash } if first_side == second_side => {
                return Err(Rejection::NormalSidesMatch {
                    account: account.clone(),
                    cash: cash.clone(),
                    side: first_side,
                });
            }
            Parties::Transfer { .. } | Parties::Withdrawal { .. } | Parties::Fall { .. } => {
                first_side == NormalSide::Credit
            }
            Parties::Deposit { .. } | Parties::Rise { .. } => first_side == NormalSide::Debit,
        };
        let (debit, credit) = if first_is_debited { (first, second) } else { (second, first) };
        Ok(Pair { first, second, debit, credit })
    }

    pub(super) fn get_by_name(&self, name: &AccountName) -> Result<usize, Rejection> {
        self.find_by_name(name).ok_or_else(|| Rejection::AccountUnknown { account: name.clone() })
    }

    /// Refuses accounts of other currencies than the amount's, or than each other's where it is left open.
    pub(super) fn check_currencies(&self, pair: Pair, money: Option<Money>) -> Result<(), Rejection> {
        let first = self.account(pair.first);
        let money = money.unwrap_or_else(|| first.money(first.posted()));
        check_currency(first, money)?;
        check_currency(self.account(pair.second), money)
    }

    /// Refuses accounts that are closed, or frozen for the sides that are needed.
    pub(super) fn check_open(&self, pair: Pair) -> Result<(), Rejection> {
        for (index, _) in pair.sides() {
            check_not_closed(self.account(index))?;
        }
        for (index, side) in pair.sides() {
            check_not_frozen(self.account(index), side)?;
        }
        Ok(())
    }
}

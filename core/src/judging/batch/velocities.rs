//! Keeping more from leaving an account than may.

use crate::facts::Velocity;
use crate::judging::batch::Batch;
use crate::judging::batch::pair::Pair;
use crate::money::Amount;
use crate::rejection::Rejection;

impl Batch {
    pub(super) fn check_velocity(&self, pair: Pair, amount: Amount) -> Result<(), Rejection> {
        for (index, side) in pair.sides() {
            let account = self.book.account(index);
            if account.velocity == Velocity::default() || !account.falls_by(side) {
                continue;
            }
            let at = self.book.next_clock_time(pair);
            let spent = self.book.particulars(index).spent.as_deref();
            for (window, limit, spent) in account.velocity.limits(spent, at) {
                if spent.checked_add(amount).is_none_or(|after| after > limit) {
                    return Err(Rejection::VelocityExceeded {
                        account: account.name.clone(),
                        window,
                        spent: account.money(spent),
                        limit: account.money(limit),
                        requested: account.money(amount),
                    });
                }
            }
        }
        Ok(())
    }
}

use crate::error::{Error, InputError};
use crate::facts::Account;
use crate::ledger::Ledger;
use crate::ledger::mode::Mode;
use crate::ledger::posting::receipts::Receipt;
use crate::money::Money;
use crate::requests::{Exchange, ExchangeRequest};

/// The answer to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// By how much the other account rose.
    pub bought: Money,
    /// The journal.
    pub receipt: Receipt,
    /// The bank's accounts that were used for the first time.
    pub opened: Vec<Account>,
}

impl Ledger {
    /// Exchanges one currency for another in one journal, over the accounts `fx:CURRENCY`, which are opened when they are first used.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown) for the account that rises,
    /// [`Rejection::CurrenciesAlike`](crate::rejection::Rejection::CurrenciesAlike), [`Error::Input`] when it comes to too much; else as
    /// [`Ledger::post_journal`].
    pub fn exchange(&self, request: &ExchangeRequest, mode: Mode) -> Result<Exchanged, Error> {
        // An account's currency never changes, so it can be read before.
        let currency = self.get_account(&request.to)?.currency;
        let bought = request.bought(currency)?.map_err(InputError::from)?;
        let Exchange { journal, accounts } = request.exchange(bought).map_err(InputError::from)?;
        let answer = self.submit_opening(&journal.into(), &accounts, mode)?;
        Ok(Exchanged { bought, receipt: answer.receipt, opened: answer.opened })
    }
}

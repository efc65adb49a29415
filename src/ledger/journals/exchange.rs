//! Exchanging one currency for another, which is a journal.

use crate::error::{Error, InputError};
use crate::facts::Account;
use crate::ledger::Ledger;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::write_options::WriteOptions;
use crate::money::Money;
use crate::requests::{Exchange, ExchangeRequest};

/// The answer to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// The amount that the other account gets.
    pub bought: Money,
    /// The journal.
    pub receipt: Receipt,
    /// The `fx` accounts that were opened for this exchange.
    pub opened: Vec<Account>,
}

impl Ledger {
    /// Exchanges one currency for another in one journal, by way of the accounts `fx:CURRENCY`. These are opened at their first use.
    ///
    /// # Errors
    /// [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown) for the account that is credited,
    /// [`Rejection::CurrenciesAlike`](crate::rejection::Rejection::CurrenciesAlike); [`Error::Input`] if the result is out of range; those of
    /// [`Ledger::post_journal`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::{AccountType, TransferId};
    /// use teller::money::{Money, Rounding};
    /// use teller::requests::{AccountRequest, ExchangeRequest};
    ///
    /// let [euro, dollar] = [ledger.get_currency("EUR".parse()?)?.currency, ledger.get_currency("USD".parse()?)?.currency];
    /// let dollars = AccountRequest::new("customers:alice:usd".parse()?, AccountType::Liability, dollar);
    /// ledger.open_account(&dollars, Mode::Commit)?;
    /// let request = ExchangeRequest {
    ///     id: TransferId::from_key("exchange 1")?.into(),
    ///     from: "customers:alice".parse()?,
    ///     to: dollars.name,
    ///     sold: Money::parse("10.00", euro)?,
    ///     rate: "1.25".parse()?,
    ///     rounding: Rounding::default(),
    ///     fee: None,
    ///     effective_at: None,
    ///     description: None,
    ///     metadata: Default::default(),
    /// };
    /// assert_eq!(ledger.exchange(&request, Mode::Commit)?.bought.to_string(), "12.50 USD");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exchange(&self, request: &ExchangeRequest, options: impl Into<WriteOptions>) -> Result<Exchanged, Error> {
        // An account's currency never changes, so it can be read before the transaction.
        let currency = self.get_account(&request.to)?.currency;
        let bought = request.bought(currency)?.map_err(InputError::from)?;
        let Exchange { journal, accounts } = request.exchange(bought).map_err(InputError::from)?;
        let answer = self.submit_opening(&journal.into(), &accounts, options)?;
        Ok(Exchanged { bought, receipt: answer.receipt, opened: answer.opened })
    }
}

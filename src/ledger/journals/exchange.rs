//! Exchanging one currency for another, which is a journal.

use std::collections::BTreeSet;

use crate::error::{Error, InputError};
use crate::facts::Account;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::posting::resolving::{RequestAccounts, ResolvedRequests};
use crate::ledger::transfers::written::get_currency_of;
use crate::ledger::write_options::{Mode, WriteOptions};
use crate::ledger::{Ledger, log};
use crate::money::{Currency, Money, WrittenAmount};
use crate::requests::{BatchPolicy, Exchange, ExchangeRequest, Placed};
use crate::store::{Access, Store};

/// The answer to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchanged {
    /// The amount that left the account, apart from the fee.
    pub sold: Money,
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
    /// [`Rejection::CurrenciesAlike`](crate::rejection::Rejection::CurrenciesAlike); [`InputError::Amount`] if the result is out of range; those of
    /// [`Ledger::post_journal`].
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::{AccountType, TransferId};
    /// use teller::money::Money;
    /// use teller::requests::{AccountRequest, ExchangeRequest};
    ///
    /// let [euro, dollar] = [ledger.get_currency("EUR".parse()?)?.currency, ledger.get_currency("USD".parse()?)?.currency];
    /// let dollars = AccountRequest::new("customers:alice:usd".parse()?, AccountType::Liability, dollar);
    /// ledger.open_account(&dollars, Mode::Commit)?;
    /// let (id, sold) = (TransferId::from_key("exchange 1")?, Money::parse("10.00", euro)?);
    /// let request = ExchangeRequest::new(id, "customers:alice".parse()?, dollars.name, sold, "1.25".parse()?);
    /// assert_eq!(ledger.exchange(&request, Mode::Commit)?.bought.to_string(), "12.50 USD");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exchange(&self, request: &ExchangeRequest, options: impl Into<WriteOptions>) -> Result<Exchanged, Error> {
        self.exchange_resolved(|_| Ok(request.clone()), &options.into())
    }

    /// Does the same for an exchange as a client wrote it.
    ///
    /// # Errors
    /// As [`Ledger::exchange`], and [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown) for the account that falls;
    /// [`InputError::Amount`] for amounts with more decimals than its currency has, or too large.
    ///
    /// ```
    /// # mod support { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/doctest_book.rs")); }
    /// # let (_folder, ledger) = support::new_book()?;
    /// use teller::Mode;
    /// use teller::facts::{AccountType, TransferId};
    /// use teller::money::{Rounding, WrittenAmount};
    /// use teller::requests::{AccountRequest, ExchangeRequest, Place};
    ///
    /// let dollar = ledger.get_currency("USD".parse()?)?.currency;
    /// let dollars = AccountRequest::new("customers:alice:usd".parse()?, AccountType::Liability, dollar);
    /// ledger.open_account(&dollars, Mode::Commit)?;
    /// let request = ExchangeRequest {
    ///     id: TransferId::from_key("exchange 1")?.into(),
    ///     from: "customers:alice".parse()?,
    ///     to: dollars.name,
    ///     sold: Place::default().field("amount").of(WrittenAmount::parse("10.00")?),
    ///     rate: "1.25".parse()?,
    ///     rounding: Rounding::default(),
    ///     fee: None,
    ///     effective_at: None,
    ///     description: None,
    ///     metadata: Default::default(),
    /// };
    /// assert_eq!(ledger.exchange_written(&request, Mode::Commit)?.bought.to_string(), "12.50 USD");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn exchange_written(
        &self,
        request: &ExchangeRequest<Placed<WrittenAmount>>,
        options: impl Into<WriteOptions>,
    ) -> Result<Exchanged, Error> {
        self.exchange_resolved(|store| resolve(store, request), &options.into())
    }

    fn exchange_resolved(
        &self,
        resolve: impl Fn(&mut dyn Store) -> Result<ExchangeRequest, Error>,
        options: &WriteOptions,
    ) -> Result<Exchanged, Error> {
        let mode = options.mode;
        let mut also_locked = BTreeSet::new();
        let answer = self.pool.transaction(Access::Write, |store| {
            let request = resolve(store)?;
            let bought = request.bought(get_currency_of(store, &request.to)?)?.map_err(InputError::from)?;
            let Exchange { journal, accounts } = request.exchange(bought).map_err(InputError::from)?;
            let opened = self.open_missing(store, &accounts, options)?;
            let unopened = if mode == Mode::DryRun { opened.clone() } else { Vec::new() };
            let accounts = RequestAccounts::Unlocked { unopened };
            let resolved = ResolvedRequests { requests: vec![journal.into()], accounts };
            let outcome = self.post_resolved(store, resolved, BatchPolicy::CarryOn, options, &mut also_locked)?;
            Ok(Exchanged { sold: request.sold, bought, receipt: outcome.only_answer()?, opened })
        })?;
        log::answered(&[Ok(answer.receipt.clone())], mode);
        Ok(answer)
    }
}

fn resolve(store: &mut dyn Store, written: &ExchangeRequest<Placed<WrittenAmount>>) -> Result<ExchangeRequest, Error> {
    in_currency(written, get_currency_of(store, &written.from)?)
}

/// The exchange with amounts in the currency of the account that falls.
pub(in crate::ledger) fn in_currency(
    written: &ExchangeRequest<Placed<WrittenAmount>>,
    currency: Currency,
) -> Result<ExchangeRequest, Error> {
    let currency = Some(currency);
    let ExchangeRequest { id, from, to, sold, rate, rounding, fee, effective_at, description, metadata } = written;
    Ok(ExchangeRequest {
        id: id.clone(),
        from: from.clone(),
        to: to.clone(),
        fee: fee.as_ref().map(|fee| fee.money(currency)).transpose()?,
        sold: sold.money(currency)?,
        rate: rate.clone(),
        rounding: *rounding,
        effective_at: *effective_at,
        description: description.clone(),
        metadata: metadata.clone(),
    })
}

use std::collections::BTreeSet;

use crate::error::{Error, InputError};
use crate::facts::Account;
use crate::ledger::posting::receipts::Receipt;
use crate::ledger::posting::resolving::{RequestAccounts, ResolvedRequests};
use crate::ledger::posting::written_amounts::money;
use crate::ledger::transfers::written::get_currency_of;
use crate::ledger::{Ledger, Mode, told};
use crate::money::{Money, WrittenAmount};
use crate::requests::{BatchPolicy, Exchange, ExchangeRequest, Placed};
use crate::store::{Access, Store};

/// The answer to an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// By how much the account fell, apart from the fee.
    pub sold: Money,
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
        self.exchange_as(|_| Ok(request.clone()), mode)
    }

    /// As [`Ledger::exchange`], for an exchange as a client wrote it.
    ///
    /// # Errors
    /// As [`Ledger::exchange`], and [`Rejection::AccountUnknown`](crate::rejection::Rejection::AccountUnknown) for the account that falls;
    /// [`InputError::Amount`] for amounts with more decimals than its currency has, or too large.
    pub fn exchange_written(
        &self,
        request: &ExchangeRequest<Placed<WrittenAmount>>,
        mode: Mode,
    ) -> Result<Exchanged, Error> {
        self.exchange_as(|store| resolve(store, request), mode)
    }

    fn exchange_as(
        &self,
        resolve: impl Fn(&mut dyn Store) -> Result<ExchangeRequest, Error>,
        mode: Mode,
    ) -> Result<Exchanged, Error> {
        let mut also_locked = BTreeSet::new();
        let answer = self.pool.transaction(Access::Write, |store| {
            let request = resolve(store)?;
            let bought = request.bought(get_currency_of(store, &request.to)?)?.map_err(InputError::from)?;
            let Exchange { journal, accounts } = request.exchange(bought).map_err(InputError::from)?;
            let opened = self.open_missing(store, &accounts, mode)?;
            let unopened = if mode == Mode::DryRun { opened.clone() } else { Vec::new() };
            let accounts = RequestAccounts::Unlocked { unopened };
            let resolved = ResolvedRequests { requests: vec![journal.into()], accounts };
            let outcome = self.post_resolved(store, resolved, BatchPolicy::CarryOn, mode, &mut also_locked)?;
            Ok(Exchanged { sold: request.sold, bought, receipt: outcome.only_answer()?, opened })
        })?;
        told::submitted(&[Ok(answer.receipt.clone())], mode);
        Ok(answer)
    }
}

fn resolve(store: &mut dyn Store, written: &ExchangeRequest<Placed<WrittenAmount>>) -> Result<ExchangeRequest, Error> {
    let currency = Some(get_currency_of(store, &written.from)?);
    let ExchangeRequest { id, from, to, sold, rate, rounding, fee, effective_at, description, metadata } = written;
    Ok(ExchangeRequest {
        id: id.clone(),
        from: from.clone(),
        to: to.clone(),
        fee: fee.as_ref().map(|fee| money(fee, currency)).transpose()?,
        sold: money(sold, currency)?,
        rate: rate.clone(),
        rounding: *rounding,
        effective_at: *effective_at,
        description: description.clone(),
        metadata: metadata.clone(),
    })
}

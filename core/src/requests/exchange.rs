//! Exchanging one currency for another, as a journal over the accounts in which the bank keeps both.

use crate::facts::{AccountName, AccountType, Description, Instant, Metadata, RequestId, TextError};
use crate::money::{AmountError, Currency, Money, Rate, Rounding, exchange};
use crate::rejection::Rejection;
use crate::requests::account::AccountRequest;
use crate::requests::journal::JournalRequest;
use crate::requests::operation::Operation;
use crate::requests::parties::Parties;
use crate::requests::transfer::TransferRequest;

/// What is kept with each transfer of an exchange.
const RATE_KEY: &str = "exchange.rate";
const ROUNDING_KEY: &str = "exchange.rounding";

/// One amount of one account's currency, turned into another account's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRequest<M = Money> {
    /// The journal's id. Made before the first try, the same on every retry.
    pub id: RequestId,
    /// The account that falls.
    pub from: AccountName,
    /// The account that rises.
    pub to: AccountName,
    /// By how much `from` falls, in its currency.
    pub sold: M,
    /// How many whole units of the currency of `to` one whole unit of that of `from` is worth.
    pub rate: Rate,
    /// What becomes of parts of a minor unit.
    pub rounding: Rounding,
    /// What `from` pays for it beside, in its currency. Zero is the same as none.
    pub fee: Option<M>,
    /// When it counts for the books; `None` is when it is recorded.
    pub effective_at: Option<Instant>,
    /// For people; each transfer has it.
    pub description: Option<Description>,
    /// For programs; each transfer has it, beside `exchange.rate` and `exchange.rounding`.
    pub metadata: Metadata,
}

/// What an exchange comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The transfers: `from` falls against the bank's account of its currency, `to` rises against the bank's account of the other,
    /// and the fee is taken.
    pub journal: JournalRequest,
    /// The bank's accounts, `fx:usd`, `fx:eur` and `fees:usd`, for those that do not exist yet.
    pub accounts: Vec<AccountRequest>,
}

impl ExchangeRequest {
    /// An exchange for no fee that is rounded as usual and counts from when it is recorded, without description and metadata.
    #[must_use]
    pub fn new(id: impl Into<RequestId>, from: AccountName, to: AccountName, sold: Money, rate: Rate) -> Self {
        Self {
            id: id.into(),
            from,
            to,
            sold,
            rate,
            rounding: Rounding::default(),
            fee: None,
            effective_at: None,
            description: None,
            metadata: Metadata::default(),
        }
    }

    /// What `to` gets, in its currency.
    ///
    /// # Errors
    /// [`Rejection::CurrenciesAlike`] as the outer error, [`AmountError::TooLarge`] as the inner one.
    pub fn bought(&self, currency: Currency) -> Result<Result<Money, AmountError>, Rejection> {
        if currency == self.sold.currency {
            return Err(Rejection::CurrenciesAlike {
                from: self.from.clone(),
                to: self.to.clone(),
                currency: currency.code(),
            });
        }
        Ok(exchange(self.sold, &self.rate, currency, self.rounding))
    }

    /// The journal by which `to` gets it.
    ///
    /// # Errors
    /// [`TextError`] when the metadata has no room for the rate.
    pub fn exchange(&self, bought: Money) -> Result<Exchange, TextError> {
        let metadata = self.metadata_with_rate()?;
        let sold_fx = bank_account("fx", AccountType::Equity, self.sold.currency)?;
        let bought_fx = bank_account("fx", AccountType::Equity, bought.currency)?;
        let falls =
            |against: &AccountRequest| Parties::Fall { account: self.from.clone(), against: against.name.clone() };
        let rises = Parties::Rise { account: self.to.clone(), against: bought_fx.name.clone() };
        let mut legs = vec![self.leg(falls(&sold_fx), self.sold, &metadata), self.leg(rises, bought, &metadata)];
        let mut accounts = vec![sold_fx, bought_fx];
        // A fee of nothing is none, and no transfer moves nothing.
        if let Some(fee) = self.fee.filter(|fee| fee.amount.is_positive()) {
            let fees = bank_account("fees", AccountType::Revenue, fee.currency)?;
            legs.push(self.leg(falls(&fees), fee, &metadata));
            accounts.push(fees);
        }
        Ok(Exchange { journal: JournalRequest::new(self.id.clone(), legs), accounts })
    }

    fn metadata_with_rate(&self) -> Result<Metadata, TextError> {
        let mut entries = self.metadata.entries().clone();
        entries.insert(RATE_KEY.to_owned(), self.rate.to_string());
        entries.insert(ROUNDING_KEY.to_owned(), self.rounding.as_str().to_owned());
        Metadata::new(entries)
    }

    fn leg(&self, parties: Parties, money: Money, metadata: &Metadata) -> Operation {
        Operation::Transfer(TransferRequest {
            effective_at: self.effective_at,
            description: self.description.clone(),
            metadata: metadata.clone(),
            // The journal gives its transfers ids of its own.
            ..TransferRequest::new(self.id.clone(), parties, money)
        })
    }
}

/// The bank's own account for a purpose and a currency, `fx:eur`.
fn bank_account(purpose: &str, account_type: AccountType, currency: Currency) -> Result<AccountRequest, TextError> {
    let name = format!("{purpose}:{}", currency.code().as_str().to_lowercase()).parse()?;
    Ok(AccountRequest::new(name, account_type, currency))
}
